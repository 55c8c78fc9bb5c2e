package io.taskqueue.source.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.taskqueue.event.EventKind;
import io.taskqueue.event.PayloadInclusion;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.event.TaskId;
import io.taskqueue.queue.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the buffers of a group may hold together. */
@Timeout(30)
class SharedSpaceTest {

    private final SharedSpace shared = new SharedSpace(40_000);
    private final EventBuffer<String> flooding = buffer();
    private final EventBuffer<String> quiet = buffer();

    @Test
    void aQueueThatFloodsLeavesEachOtherItsPart() throws InterruptedException {
        append(flooding, 20_000);

        assertThat(flooding.reserve(1, 0)).isFalse();
        assertThat(quiet.reserve(1, 0)).isTrue();
        append(quiet, 10_000);
        assertThat(quiet.reserve(1, 0)).as("its part is taken").isFalse();
    }

    @Test
    void roomThatOneQueueMakesIsGrantedToAnotherThatWaits() throws Exception {
        append(flooding, 20_000);
        append(quiet, 10_000);
        CompletableFuture<Boolean> granted = CompletableFuture.supplyAsync(() -> reserve(quiet));
        await().during(Duration.ofMillis(100)).until(() -> !granted.isDone());

        PublishingParts.acknowledgeOldest(flooding);

        assertThat(granted.get(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aQueueThatEndsReturnsWhatItHeld() throws InterruptedException {
        append(flooding, 20_000);
        append(quiet, 10_000);

        flooding.stop();

        assertThat(quiet.reserve(1, 0)).isTrue();
    }

    private static boolean reserve(EventBuffer<String> buffer) {
        try {
            return buffer.reserve(1, TimeUnit.SECONDS.toNanos(20));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void append(EventBuffer<String> buffer, int bytes) {
        TaskEvent<String> event = TaskEvent.builder(
                        EventKind.ENQUEUED, 1, Instant.EPOCH, new Task<>(new TaskId("q", 7, 1), 1, Instant.EPOCH, "p"))
                .build();
        buffer.append(event, new byte[bytes], false);
    }

    private EventBuffer<String> buffer() {
        return new EventBuffer<>(
                7,
                new BufferLimits(1_000, 1_000_000),
                shared,
                new EventPayloads<>(
                        "q",
                        "peer-a",
                        PublishingParts.CODEC,
                        PublishingParts.records("q", 1_000_000),
                        1_000_000,
                        PayloadInclusion.EVERY_EVENT),
                new SourceTime(Clock.systemUTC(), Ticker.system()),
                new SimpleMeterRegistry().counter("expired"));
    }
}
