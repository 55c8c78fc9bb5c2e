package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.streams.status.QueueStatus;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A queue that is gone leaves nothing behind, but only once none of its events can be read again. */
class GoneQueuesAreForgottenTest {

    private static final Uuid TOPIC = new Uuid(7, 8);
    private static final String BUSY = "busy";

    @TempDir
    Path directory;

    private final AtomicReference<Instant> now = new AtomicReference<>(SinkDriver.THEN);
    private final AtomicInteger applied = new AtomicInteger();
    private final AtomicBoolean broken = new AtomicBoolean();
    private final ReplicationSink<String> sink = (event, effects) -> effects.run("call", key -> {
        if (broken.get() && event.queueName().equals(SinkDriver.QUEUE)) {
            throw new IllegalStateException("broken");
        }
        applied.incrementAndGet();
    });

    @Test
    void aQueueWithoutEventsForTheExpiryTimeIsForgottenOnceTheTopicHoldsNoneOfIt() {
        try (SinkDriver driver = driver()) {
            driver.event(1); // offset 1, after the opening of its epoch
            driver.event(BUSY, 1); // offset 2
            driver.settle();
            assertThat(meters(driver, SinkDriver.QUEUE)).isNotEmpty();

            pass(Duration.ofDays(8));
            driver.describe(TOPIC, 2);
            driver.event(BUSY, 2);
            driver.until(() -> assertThat(driver.checkpoints()).containsExactly(BUSY));
            assertThat(driver.status().queues())
                    .extracting(QueueStatus::queueName)
                    .containsExactly(BUSY);
            assertThat(meters(driver, SinkDriver.QUEUE)).isEmpty();
            assertThat(meters(driver, BUSY)).isNotEmpty();

            driver.event(2);
            driver.settle();
            assertThat(driver.checkpoints()).containsExactly(BUSY, SinkDriver.QUEUE);
            assertThat(meters(driver, SinkDriver.QUEUE)).isNotEmpty();
            assertThat(applied).hasValue(4);
        }
    }

    @Test
    void aQueueWithLaterEventsOnTheTopicIsKept() {
        try (SinkDriver driver = driver()) {
            driver.event(1); // offset 1
            driver.event(BUSY, 1); // offset 2
            driver.settle();
            pass(Duration.ofDays(8));
            driver.describe(TOPIC, 1);
            remains(driver, 2);
        }
    }

    @Test
    void aQueueWhoseEventWasSentAgainIsKeptAsLongAsTheTopicHoldsTheSecond() {
        try (SinkDriver driver = driver()) {
            driver.event(SinkDriver.QUEUE, 1); // offset 1
            driver.event(SinkDriver.QUEUE, 1); // offset 2, a duplicate, which would be applied without the checkpoint
            driver.settle();
            pass(Duration.ofDays(8));
            driver.describe(TOPIC, 2);
            remains(driver, 1);

            driver.describe(TOPIC, 3);
            driver.event(BUSY, 2);
            driver.until(() -> assertThat(driver.checkpoints()).containsExactly(BUSY));
            assertThat(applied).hasValue(3);
        }
    }

    @Test
    void aQueueWithARecentEventIsKept() {
        try (SinkDriver driver = driver()) {
            driver.event(1);
            driver.settle();
            pass(Duration.ofDays(6));
            driver.describe(TOPIC, 2);
            remains(driver, 1);
        }
    }

    @Test
    void aQueueWithAParkedEventIsKept() {
        try (SinkDriver driver = driver()) {
            broken.set(true);
            driver.event(1);
            driver.until(() -> assertThat(driver.parked()).hasSize(1));
            pass(Duration.ofDays(8));
            driver.describe(TOPIC, 2);
            remains(driver, 1);
        }
    }

    @Test
    void aDivergedQueueIsKept() {
        try (SinkDriver driver = driver()) {
            driver.event(SinkDriver.QUEUE, 5);
            driver.settle();
            pass(Duration.ofDays(8));
            driver.describe(TOPIC, 2);
            remains(driver, 1);
        }
    }

    private void remains(SinkDriver driver, long busyPosition) {
        driver.event(BUSY, busyPosition);
        driver.settle();
        for (int tick = 0; tick < 20; tick++) {
            driver.tick();
        }
        assertThat(driver.checkpoints()).containsExactly(BUSY, SinkDriver.QUEUE);
    }

    private void pass(Duration time) {
        now.updateAndGet(instant -> instant.plus(time));
    }

    private static List<Meter> meters(SinkDriver driver, String queue) {
        return driver.registry.getMeters().stream()
                .filter(meter ->
                        Optional.ofNullable(meter.getId().getTag("queue")).equals(Optional.of(queue)))
                .toList();
    }

    private SinkDriver driver() {
        return new SinkDriver(
                directory,
                sink,
                builder -> builder.clock(new Clock() {
                    @Override
                    public Instant instant() {
                        return now.get();
                    }

                    @Override
                    public ZoneId getZone() {
                        return ZoneOffset.UTC;
                    }

                    @Override
                    public Clock withZone(ZoneId zone) {
                        return this;
                    }
                }));
    }
}
