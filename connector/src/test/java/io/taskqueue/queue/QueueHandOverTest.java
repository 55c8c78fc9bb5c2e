package io.taskqueue.queue;

import static io.taskqueue.event.EventKind.DRAINED;
import static io.taskqueue.event.EventKind.LEASE_EXPIRED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.event.EventFlag;
import io.taskqueue.event.OwnershipToken;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.event.TaskId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is left for the next owner of a queue, which recovers it; what is drained is not. */
@Timeout(60)
class QueueHandOverTest {

    private static final Instant NOW = ManualTime.START;

    private final ManualTime time = new ManualTime();
    private final EventLog<String> log = new EventLog<>();
    private final TaskQueue<String> queue = queue();

    private TaskQueue<String> queue() {
        return TaskQueue.<String>builder("orders")
                .maxAttempts(2)
                .requeueDelay(Duration.ofSeconds(10))
                .closeGrace(Duration.ZERO)
                .clock(time)
                .ticker(time)
                .listener(log)
                .build();
    }

    private RecoveredTask<String> leasedByAnEarlierOwner(Instant expires) {
        Task<String> task = new Task<>(new TaskId("orders", 3, 9), 1, NOW, "old");
        return new RecoveredTask<>(task, null, new OwnershipToken(9, 1, new UUID(9, 1)), expires, null);
    }

    @Test
    void whatIsLeftIsMarkedAsHandedOverInItsState() throws Exception {
        queue.enqueue("leased");
        queue.lease();
        queue.enqueue("delayed");
        queue.lease().fail(TaskError.of("boom"));
        queue.enqueue("pending");
        time.advance(Duration.ofSeconds(4));

        assertThat(queue.handOver(Duration.ZERO)).isEqualTo(3);

        List<TaskEvent<String>> drained =
                log.events.stream().filter(event -> event.kind() == DRAINED).toList();
        assertThat(drained).extracting(event -> event.task().payload()).containsExactly("pending", "delayed", "leased");
        assertThat(drained).allSatisfy(event -> assertThat(event.flags())
                .containsExactly(EventFlag.FROM_DRAIN, EventFlag.HAND_OVER));
        assertThat(drained.get(0).availableAt()).isEmpty();
        assertThat(drained.get(1).availableAt()).contains(NOW.plusSeconds(10));
        assertThat(drained.get(2).availableAt()).contains(NOW.plusSeconds(14));
        assertThat(drained.get(2).error().orElseThrow().message())
                .isEqualTo(
                        "The lease of attempt 1 was revoked by handOver() at 2026-11-01T10:00:04Z: its holder had not "
                                + "ended it.");
        assertThat(queue.isOpen()).isFalse();
        assertThat(queue.counts().totals().drained()).isEqualTo(3);
        assertThat(queue.handOver(Duration.ZERO)).isZero();
        assertThat(queue.drain(Duration.ZERO)).isEmpty();
        assertThatThrownBy(queue::tryLease)
                .isInstanceOf(QueueClosedException.class)
                .hasMessage(
                        "Queue orders accepts no more work since handOver() was called, so lease() was refused. Use "
                                + "another queue; restore() puts drained tasks into it.");
    }

    @Test
    void closeLeavesTasksForTheNextOwnerAndDrainDoesNot() throws Exception {
        queue.enqueue("a");
        queue.close();
        assertThat(log.last().flags()).containsExactly(EventFlag.FROM_DRAIN, EventFlag.HAND_OVER);

        TaskQueue<String> other = queue();
        other.enqueue("b");
        other.drain(Duration.ZERO);
        assertThat(log.last().flags()).containsExactly(EventFlag.FROM_DRAIN);
    }

    @Test
    void aHandOverWaitsForHoldersOfLeases() throws Exception {
        queue.enqueue("a");
        Lease<String> lease = queue.lease();
        Caller<Integer> handingOver = Caller.startWaiting(() -> queue.handOver(Duration.ofSeconds(20)));

        lease.complete();

        assertThat(handingOver.result()).isZero();
        assertThat(log.kinds()).doesNotContain(DRAINED, LEASE_EXPIRED);
    }

    @Test
    void aHandOverDoesNotWaitForALeaseOfAnEarlierOwnerButKeepsItsTaskUntilTheExpiry() {
        queue.recover(List.of(leasedByAnEarlierOwner(NOW.plusSeconds(25))));

        assertThat(queue.handOver(Duration.ofMinutes(10))).isEqualTo(1);

        assertThat(log.last().kind()).isEqualTo(DRAINED);
        assertThat(log.last().task().attempt()).isEqualTo(2);
        assertThat(log.last().availableAt()).contains(NOW.plusSeconds(25));
        assertThat(log.events.get(1).kind()).isEqualTo(LEASE_EXPIRED);
        assertThat(log.events.get(1).availableAt()).contains(NOW.plusSeconds(25));
    }

    @Test
    void aDrainWaitsForALeaseOfAnEarlierOwner() throws Exception {
        ManualTicker ticker = new ManualTicker();
        TaskQueue<String> waiting = TaskQueue.<String>builder("orders")
                .clock(ticker.clock(NOW))
                .ticker(ticker)
                .listener(log)
                .build();
        Instant expires = NOW.plusSeconds(25);
        waiting.recover(List.of(leasedByAnEarlierOwner(expires)));
        Caller<List<DrainedTask<String>>> draining = Caller.startWaiting(() -> waiting.drain(Duration.ofMinutes(10)));
        ticker.advance(Duration.ofSeconds(24));
        assertThat(waiting.counts().leased()).isEqualTo(1);

        ticker.advance(Duration.ofSeconds(1));

        assertThat(draining.result()).hasSize(1);
        assertThat(log.events.stream().filter(event -> event.kind() == LEASE_EXPIRED))
                .singleElement()
                .satisfies(event -> {
                    assertThat(event.occurredAt()).isAfterOrEqualTo(expires);
                    assertThat(event.error().orElseThrow().code()).isEqualTo(TaskError.LEASE_EXPIRED);
                });
    }

    @Test
    void theTaskOfARevokedLeaseThatHasNoAttemptLeftIsDeadAtTheNextOwner() throws Exception {
        queue.enqueue("a");
        queue.lease().fail(TaskError.of("boom"));
        time.advance(Duration.ofSeconds(10));
        queue.lease();
        queue.handOver(Duration.ZERO);
        TaskEvent<String> left = log.last();
        assertThat(left.task().attempt()).isEqualTo(3);
        log.events.clear();
        time.advance(Duration.ofSeconds(10));
        try (TaskQueue<String> next = queue()) {
            next.recover(List.of(new RecoveredTask<>(
                    left.task(),
                    left.error().orElse(null),
                    left.token().orElse(null),
                    null,
                    left.availableAt().orElse(null))));

            assertThat(next.counts().totals().deadLettered()).isEqualTo(1);
        }
    }

    @Test
    void aStoppedQueueHandsNothingOver() throws Exception {
        queue.enqueue("a");
        queue.stop("it has another owner.");

        assertThatThrownBy(() -> queue.handOver(Duration.ZERO)).isInstanceOf(QueueClosedException.class);
        assertThat(log.kinds()).doesNotContain(DRAINED);
    }
}
