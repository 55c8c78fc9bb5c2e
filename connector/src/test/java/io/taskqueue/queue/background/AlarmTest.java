package io.taskqueue.queue.background;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When the action of an alarm runs. Moments are nanoseconds since an arbitrary begin, as those of a queue's ticker. */
@Timeout(60)
class AlarmTest {

    private static final long HOUR = TimeUnit.HOURS.toNanos(1);
    private static final long MILLISECOND = TimeUnit.MILLISECONDS.toNanos(1);

    private final List<Throwable> failures = new CopyOnWriteArrayList<>();
    private final Alarm alarm = new Alarm(failures::add);
    private final AtomicInteger runs = new AtomicInteger();
    private final List<Alarm> others = new ArrayList<>();

    @AfterEach
    void end() {
        alarm.end();
        others.forEach(Alarm::end);
        assertThat(failures).isEmpty();
    }

    /** All that was scheduled before, to run now, has run: a thread of its own for each. */
    private void awaitWhatIsScheduledNow() {
        AtomicInteger later = new AtomicInteger();
        for (int i = 0; i < SharedThreads.SWEEPERS; i++) {
            Alarm other = new Alarm(failures::add);
            others.add(other);
            other.start(later::incrementAndGet);
            other.now();
        }
        await().untilAsserted(() -> assertThat(later).hasValue(SharedThreads.SWEEPERS));
    }

    @Test
    void theFirstMomentIsSetAndTheActionDoesNotRunBeforeIt() {
        alarm.start(runs::incrementAndGet);

        alarm.before(HOUR, HOUR);
        alarm.before(2 * HOUR, 2 * HOUR);

        awaitWhatIsScheduledNow();
        assertThat(runs).hasValue(0);
    }

    @Test
    void anEarlierMomentReplacesALaterOne() {
        alarm.start(runs::incrementAndGet);
        alarm.before(HOUR, HOUR);

        alarm.before(MILLISECOND, MILLISECOND);

        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(runs).hasValue(1));
    }

    @Test
    void anEarlierMomentWithoutItsDistanceRunsTheActionNow() {
        alarm.start(runs::incrementAndGet);
        alarm.before(HOUR, HOUR);

        alarm.before(HOUR - 1);

        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(runs).hasValue(1));
    }

    @Test
    void anAlarmThatWasNotStartedOrHasEndedDoesNothing() {
        alarm.before(0, 0);
        alarm.start(runs::incrementAndGet);
        alarm.end();
        alarm.before(0, 0);
        alarm.before(0);

        awaitWhatIsScheduledNow();
        assertThat(runs).hasValue(0);
    }
}
