package io.taskqueue.console.fold;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.console.model.QueueSample;
import io.taskqueue.console.model.QueueView;
import io.taskqueue.event.EventKind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class QueueActivityTest {

    private static final Instant NOW = Instant.parse("2026-11-01T10:00:04Z");

    private final QueueActivity activity = new QueueActivity();

    @Test
    void ratesCountTheEventsOfTheLastMinute() {
        for (int second = 0; second < 30; second++) {
            activity.add(NOW.minusSeconds(second), NOW, EventKind.ENQUEUED);
            activity.add(NOW.minusSeconds(second), NOW, EventKind.LEASE_GRANTED);
        }
        activity.add(NOW, NOW, EventKind.COMPLETED);

        assertThat(activity.rates(NOW))
                .as("over the time since the first event")
                .isEqualTo(new QueueView.Rates(61 / 30.0, 30 / 30.0, 1 / 30.0));
        assertThat(activity.rates(NOW.plusSeconds(40)).enqueued()).isBetween(0.2, 0.4);
        assertThat(activity.active()).isTrue();
        assertThat(activity.rates(NOW.plusSeconds(61))).isEqualTo(new QueueView.Rates(0, 0, 0));
        assertThat(activity.active()).isFalse();
    }

    @Test
    void oneEventIsARateOverTenSeconds() {
        activity.add(NOW, NOW, EventKind.ENQUEUED);

        assertThat(activity.rates(NOW).enqueued()).isEqualTo(0.1);
        assertThat(activity.rates(NOW.plusSeconds(19)).enqueued()).isEqualTo(0.05);
    }

    @Test
    void eventsThatAreReadLateDoNotRaiseTheRates() {
        activity.add(NOW.minusSeconds(3_600), NOW, EventKind.ENQUEUED);

        assertThat(activity.rates(NOW).events()).isZero();
    }

    @Test
    void anEventOfASourceWhoseClockIsAheadCountsAsOfNow() {
        activity.add(NOW.plusSeconds(600), NOW, EventKind.ENQUEUED);

        assertThat(activity.rates(NOW).events()).isPositive();
        assertThat(activity.rates(NOW.plusSeconds(61)).events()).isZero();
    }

    @Test
    void afterTheClockWasSetBackRatesAreStillThoseOfAMinute() {
        for (int second = 0; second < 60; second++) {
            activity.add(NOW.plusSeconds(second), NOW.plusSeconds(second), EventKind.ENQUEUED);
        }
        Instant setBack = NOW.minusSeconds(3_600);

        for (int second = 0; second < 600; second++) {
            activity.add(setBack.plusSeconds(second), setBack.plusSeconds(second), EventKind.ENQUEUED);
        }

        assertThat(activity.rates(setBack.plusSeconds(599)).enqueued()).isBetween(0.9, 1.1);
        assertThat(activity.rates(setBack.plusSeconds(700)).events()).isZero();
    }

    @Test
    void eventsOfBeforeTheClockWasSetBackAreOfThePresent() {
        activity.add(NOW, NOW, EventKind.ENQUEUED);
        activity.add(NOW.plusSeconds(7), NOW.plusSeconds(7), EventKind.COMPLETED);

        assertThat(activity.rates(NOW.plusSeconds(2))).isEqualTo(new QueueView.Rates(0.2, 0.1, 0.1));
    }

    @Test
    void theHistoryHasTheDepthAndTheRatesOverTime() {
        activity.sample(NOW, new QueueView.Depth(1, 2, 3, 4), 10);
        activity.sample(NOW.plusSeconds(10), new QueueView.Depth(5, 2, 3, 4), 10);

        assertThat(activity.samples())
                .containsExactly(
                        new QueueSample(NOW, new QueueView.Depth(1, 2, 3, 4), RecentRates.NONE),
                        new QueueSample(NOW.plusSeconds(10), new QueueView.Depth(5, 2, 3, 4), RecentRates.NONE));
    }

    @Test
    void ofEqualSamplesTheFirstAndTheLastAreKept() {
        for (int sample = 0; sample < 100; sample++) {
            activity.sample(NOW.plusSeconds(10L * sample), new QueueView.Depth(1, 0, 0, 0), 10);
        }
        activity.sample(NOW.plusSeconds(1_000), new QueueView.Depth(2, 0, 0, 0), 10);

        assertThat(activity.samples())
                .extracting(QueueSample::at)
                .containsExactly(NOW, NOW.plusSeconds(990), NOW.plusSeconds(1_000));
    }

    /** The history is the newest samples, whatever the bound is at each of them. */
    @Property(tries = 100)
    void theHistoryKeepsTheNewestSamplesUpToItsBound(@ForAll List<@IntRange(min = 1, max = 12) Integer> bounds) {
        DepthHistory history = new DepthHistory();
        List<Long> expected = new ArrayList<>();
        for (int sample = 0; sample < bounds.size(); sample++) {
            int bound = bounds.get(sample);
            history.add(NOW.plusSeconds(sample), new QueueView.Depth(sample, 0, 0, 0), RecentRates.NONE, bound);
            expected.add((long) sample);
            while (expected.size() > bound) {
                expected.remove(0);
            }
        }

        assertThat(history.samples())
                .extracting(sample -> sample.depth().pending())
                .isEqualTo(expected);
    }

    @Test
    void allHistoriesShareABound() {
        QueueActivities few = new QueueActivities(1_000);
        assertThat(few.samplesPerQueue()).isEqualTo(360);
        for (int queue = 0; queue < 10; queue++) {
            QueueActivity unused = few.of("queue-" + queue);
        }
        assertThat(few.samplesPerQueue()).isEqualTo(100);
        for (int queue = 0; queue < 1_000; queue++) {
            QueueActivity unused = few.of("queue-" + queue);
        }
        assertThat(few.samplesPerQueue()).isEqualTo(30);
    }
}
