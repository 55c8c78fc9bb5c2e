package io.taskqueue.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.taskqueue.event.EventKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Queues of a group of sources beyond a number share one series. */
class SourceSeriesTest {

    private static final int METERS_OF_A_QUEUE = 6 + 3 + EventKind.values().length;

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final List<AtomicInteger> subjects = new ArrayList<>();
    private final SourceSeries series = new SourceSeries(Optional.of(registry), 2);

    @Test
    void theFirstQueuesHaveSeriesOfTheirOwnAndTheOthersShareOne() {
        SourceMeters a = opened("a", 1);
        SourceMeters b = opened("b", 2);
        SourceMeters c = opened("c", 3);
        SourceMeters d = opened("d", 4);
        a.events(EventKind.ENQUEUED).increment();
        c.events(EventKind.ENQUEUED).increment();
        d.events(EventKind.ENQUEUED).increment();
        d.leasesExpired().increment();

        assertThat(gauge(SourceMeters.BUFFER, "a")).isEqualTo(1);
        assertThat(gauge(SourceMeters.BUFFER, "b")).isEqualTo(2);
        assertThat(gauge(SourceMeters.BUFFER, SinkMeters.OTHER_QUEUES))
                .as("of both")
                .isEqualTo(7);
        assertThat(gauge(SourceMeters.BUFFER_USED, SinkMeters.OTHER_QUEUES))
                .as("the highest")
                .isEqualTo(4);
        assertThat(gauge(SourceMeters.FENCED, SinkMeters.OTHER_QUEUES))
                .as("whether any is")
                .isEqualTo(4);
        assertThat(registry.get(SourceMeters.DEPTH)
                        .tag("queue", SinkMeters.OTHER_QUEUES)
                        .tag("state", "leased")
                        .gauge()
                        .value())
                .isEqualTo(7);
        assertThat(events("a")).isEqualTo(1);
        assertThat(events(SinkMeters.OTHER_QUEUES)).isEqualTo(2);
        assertThat(registry.get(SourceMeters.LEASES_EXPIRED)
                        .tag("queue", SinkMeters.OTHER_QUEUES)
                        .counter()
                        .count())
                .isEqualTo(1);
        assertThat(registry.find(SourceMeters.EVENTS).tag("queue", "c").counter())
                .isNull();
        assertThat(series.others()).containsExactlyInAnyOrder("c", "d");

        d.close();
        assertThat(gauge(SourceMeters.BUFFER, SinkMeters.OTHER_QUEUES)).isEqualTo(3);
        assertThat(events(SinkMeters.OTHER_QUEUES)).as("a counter never falls").isEqualTo(2);
        assertThat(series.others()).containsExactly("c");
        b.close();
    }

    @Test
    void theNextQueueTakesThePlaceOfOneWhoseSourceHasClosed() {
        SourceMeters a = opened("a", 1);
        SourceMeters successor = opened("a", 2);
        SourceMeters b = opened("b", 1);
        a.close();
        opened("c", 1);
        assertThat(series.others()).as("a has a source still").containsExactly("c");

        successor.close();
        successor.close();
        opened("d", 5);

        assertThat(gauge(SourceMeters.BUFFER, "d")).isEqualTo(5);
        assertThat(series.others()).containsExactly("c");
        b.close();
    }

    @Test
    void tenThousandQueuesHaveNoMoreMetersThanTheBound() {
        SimpleMeterRegistry many = new SimpleMeterRegistry();
        SourceSeries bounded = new SourceSeries(Optional.of(many), 100);
        AtomicInteger subject = new AtomicInteger(1);
        for (int queue = 0; queue < 10_000; queue++) {
            measure(bounded.open("queue-" + queue), subject);
        }

        assertThat(many.getMeters()).hasSize(101 * METERS_OF_A_QUEUE);
        assertThat(bounded.others()).hasSize(9_900);
        for (Meter meter : many.getMeters()) {
            assertThat(meter.measure()).allMatch(measured -> measured.getValue() >= 0);
        }
    }

    @Test
    void aSharedGaugeDoesNotKeepASourceThatWasNeverClosed() {
        SourceSeries shared = new SourceSeries(Optional.of(registry), 0);
        shared.open("gone").buffer(new AtomicInteger(9), AtomicInteger::get);
        System.gc();

        assertThat(gauge(SourceMeters.BUFFER, SinkMeters.OTHER_QUEUES)).isNaN();
    }

    @Test
    void nothingIsCreatedWithoutARegistry() {
        SourceSeries none = new SourceSeries(Optional.empty(), 1);
        SourceMeters a = none.open("a");
        SourceMeters b = none.open("b");
        measure(a, new AtomicInteger(1));
        a.events(EventKind.ENQUEUED).increment();

        assertThat(a.events(EventKind.ENQUEUED)).isSameAs(b.events(EventKind.ENQUEUED));
        assertThat(none.others()).isEmpty();
        a.close();
    }

    private SourceMeters opened(String queue, int value) {
        AtomicInteger subject = new AtomicInteger(value);
        subjects.add(subject); // gauges refer to them weakly
        return measure(series.open(queue), subject);
    }

    private static SourceMeters measure(SourceMeters meters, AtomicInteger subject) {
        meters.buffer(subject, AtomicInteger::get);
        meters.bufferUsed(subject, AtomicInteger::get);
        meters.fenced(subject, AtomicInteger::get);
        meters.depth("pending", subject, AtomicInteger::get);
        meters.depth("delayed", subject, AtomicInteger::get);
        meters.depth("leased", subject, AtomicInteger::get);
        return meters;
    }

    private double gauge(String name, String queue) {
        return registry.get(name).tag("queue", queue).gauge().value();
    }

    private double events(String queue) {
        return registry.get(SourceMeters.EVENTS)
                .tag("queue", queue)
                .tag("kind", EventKind.ENQUEUED.wireName())
                .counter()
                .count();
    }
}
