package io.taskqueue.streams.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.taskqueue.event.Position;
import io.taskqueue.metrics.SinkMeters;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Queues beyond a number share one series. */
class QueueSeriesTest {

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final SinkProgress progress =
            new SinkProgress("billing", new SinkMeters(registry, "billing"), Clock.systemUTC(), 2);

    @AfterEach
    void close() {
        progress.close();
    }

    @Test
    void theFirstQueuesHaveSeriesOfTheirOwnAndTheOthersShareOne() {
        reach("a", 10, 9);
        reach("b", 10, 10);
        reach("c", 10, 7);
        reach("d", 10, 2);
        progress.queue("c").parked(1, 3);
        progress.queue("d").parked(1, 4);
        progress.queue("c").duplicate();
        progress.queue("d").duplicate();
        progress.queue("a").duplicate();

        assertThat(registry.get(SinkMeters.SEQUENCE_LAG)
                        .tag("queue", "a")
                        .gauge()
                        .value())
                .isEqualTo(1);
        assertThat(registry.get(SinkMeters.SEQUENCE_LAG)
                        .tag("queue", SinkMeters.OTHER_QUEUES)
                        .gauge()
                        .value())
                .as("the highest")
                .isEqualTo(8);
        assertThat(registry.get(SinkMeters.PARKED)
                        .tag("queue", SinkMeters.OTHER_QUEUES)
                        .gauge()
                        .value())
                .as("all together")
                .isEqualTo(7);
        assertThat(registry.get(SinkMeters.DIVERGED)
                        .tag("queue", SinkMeters.OTHER_QUEUES)
                        .gauge()
                        .value())
                .isZero();
        assertThat(registry.get(SinkMeters.DUPLICATES)
                        .tag("queue", SinkMeters.OTHER_QUEUES)
                        .counter()
                        .count())
                .isEqualTo(2);
        assertThat(registry.get(SinkMeters.DUPLICATES)
                        .tag("queue", "a")
                        .counter()
                        .count())
                .isEqualTo(1);
        assertThat(registry.find(SinkMeters.APPLIED).tag("queue", "c").counter())
                .isNull();
        assertThat(progress.queuesWithoutSeries()).containsExactlyInAnyOrder("c", "d");
        assertThat(progress.status(SinkState.RUNNING, SinkHealth.GOOD).queues())
                .extracting(QueueStatus::queueName)
                .as("the status shows every queue by itself")
                .containsExactly("a", "b", "c", "d");
        assertThat(progress.status(SinkState.RUNNING, SinkHealth.GOOD)
                        .queues()
                        .get(2)
                        .counts()
                        .duplicates())
                .isEqualTo(1);
    }

    @Test
    void aNewQueueTakesThePlaceOfOneThatIsGone() {
        reach("a", 1, 1);
        reach("b", 1, 1);
        reach("c", 1, 0);
        progress.forget("a");
        progress.forget("c");
        reach("d", 5, 1);

        assertThat(registry.get(SinkMeters.SEQUENCE_LAG)
                        .tag("queue", "d")
                        .gauge()
                        .value())
                .isEqualTo(4);
        assertThat(registry.find(SinkMeters.SEQUENCE_LAG).tag("queue", "a").gauge())
                .isNull();
        assertThat(registry.get(SinkMeters.SEQUENCE_LAG)
                        .tag("queue", SinkMeters.OTHER_QUEUES)
                        .gauge()
                        .value())
                .as("none is left that shares it")
                .isNaN();
        assertThat(progress.queuesWithoutSeries()).isEmpty();
    }

    @Test
    @Timeout(60)
    void tenThousandQueuesHaveNoMoreMetersThanTheBoundAndTheirStatusIsQuick() {
        SimpleMeterRegistry many = new SimpleMeterRegistry();
        try (SinkProgress all = new SinkProgress("many", new SinkMeters(many, "many"), Clock.systemUTC(), 1_000)) {
            for (int queue = 0; queue < 10_000; queue++) {
                all.queue("queue-" + queue)
                        .reached(new QueueProgress.Reached(
                                queue % 12, new Position(1, 7), new Position(1, 7), 0, null, false));
            }
            assertThat(many.getMeters().stream().map(Meter::getId).filter(id -> id.getTag("queue") != null))
                    .hasSize(9 * 1_001);

            Instant before = Instant.now();
            assertThat(all.status(SinkState.RUNNING, SinkHealth.GOOD).queues()).hasSize(10_000);
            many.getMeters().forEach(meter -> meter.measure()
                    .forEach(measured -> assertThat(measured.getValue()).isNotNegative()));
            assertThat(Duration.between(before, Instant.now())).isLessThan(Duration.ofSeconds(1));
        }
    }

    private void reach(String queue, long newest, long done) {
        progress.queue(queue)
                .reached(new QueueProgress.Reached(0, new Position(1, newest), new Position(1, done), 0, null, false));
    }
}
