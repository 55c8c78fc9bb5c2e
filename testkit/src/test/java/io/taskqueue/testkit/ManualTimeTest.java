package io.taskqueue.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.queue.Lease;
import io.taskqueue.queue.TaskQueue;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ManualTimeTest {

    private final ManualTime time = new ManualTime();

    private TaskQueue<String> queue() {
        return TaskQueue.<String>builder("orders")
                .clock(time)
                .ticker(time)
                .leaseDuration(Duration.ofSeconds(30))
                .closeGrace(Duration.ofDays(1))
                .build();
    }

    @Test
    void clockAndTickerMoveTogether() {
        time.advance(Duration.ofSeconds(90));

        assertThat(time.instant()).isEqualTo(ManualTime.START.plusSeconds(90));
        assertThat(time.nanos()).isEqualTo(Duration.ofSeconds(90).toNanos());
    }

    @Test
    void advancingToAnInstantThatHasPassedDoesNothing() {
        time.advanceTo(ManualTime.START.plusSeconds(5));
        time.advanceTo(ManualTime.START.plusSeconds(3));

        assertThat(time.instant()).isEqualTo(ManualTime.START.plusSeconds(5));
    }

    @Test
    void itDoesNotGoBack() {
        assertThatThrownBy(() -> time.advance(Duration.ofMillis(-1))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theTimeOfAnotherZoneMovesWithIt() {
        ManualTime berlin = new ManualTime(Instant.parse("2026-06-01T00:00:00Z")).withZone(ZoneId.of("Europe/Berlin"));
        berlin.advance(Duration.ofHours(1));

        assertThat(berlin.instant()).isEqualTo(Instant.parse("2026-06-01T01:00:00Z"));
        assertThat(berlin.getZone()).isEqualTo(ZoneId.of("Europe/Berlin"));
    }

    @Test
    void advancingItPastALeaseWakesTheWorkerThatWaits() throws Exception {
        try (TaskQueue<String> queue = queue()) {
            queue.enqueue("a");
            queue.lease();
            Waiting worker = Waiting.forLease(queue, Duration.ofDays(365));

            time.advance(Duration.ofSeconds(30));

            assertThat(worker.lease()).map(Lease::attempt).hasValue(2);
        }
    }

    @Test
    void advancingItPastTheTimeLimitOfALeaseWakesTheWorkerThatWaits() throws Exception {
        try (TaskQueue<String> queue = queue()) {
            Waiting worker = Waiting.forLease(queue, Duration.ofDays(1));

            time.advance(Duration.ofDays(1));

            assertThat(worker.lease()).isEmpty();
        }
    }

    @Test
    void closeDoesNotWaitForALease() throws Exception {
        TaskQueue<String> queue = queue();
        queue.enqueue("a");
        queue.lease();

        queue.close();

        assertThat(queue.isOpen()).isFalse();
    }

    /** A worker on a thread of its own that waits for a task. */
    private record Waiting(CompletableFuture<Optional<Lease<String>>> result) {

        static Waiting forLease(TaskQueue<String> queue, Duration limit) {
            CompletableFuture<Optional<Lease<String>>> result = new CompletableFuture<>();
            Thread worker = new Thread(() -> {
                try {
                    result.complete(queue.lease(limit));
                } catch (Throwable e) {
                    result.completeExceptionally(e);
                }
            });
            worker.setDaemon(true);
            worker.start();
            Awaitility.await().until(() -> worker.getState() == Thread.State.TIMED_WAITING);
            return new Waiting(result);
        }

        Optional<Lease<String>> lease() throws Exception {
            return result.get(20, TimeUnit.SECONDS);
        }
    }
}
