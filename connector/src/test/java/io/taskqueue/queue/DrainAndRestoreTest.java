package io.taskqueue.queue;

import static io.taskqueue.event.EventKind.DRAINED;
import static io.taskqueue.event.EventKind.ENQUEUED;
import static io.taskqueue.event.EventKind.LEASE_EXPIRED;
import static io.taskqueue.event.EventKind.LEASE_GRANTED;
import static io.taskqueue.event.EventKind.RESTORED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.event.EventFlag;
import io.taskqueue.event.EventKind;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.event.TaskId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DrainAndRestoreTest {

    private final ManualTime time = new ManualTime();
    private final EventLog<String> log = new EventLog<>();

    private TaskQueue<String> queue(Duration requeueDelay) {
        return TaskQueue.<String>builder("orders")
                .requeueDelay(requeueDelay)
                .closeGrace(Duration.ZERO)
                .clock(time)
                .ticker(time)
                .listener(log)
                .build();
    }

    private static List<String> payloads(List<DrainedTask<String>> drained) {
        return drained.stream().map(task -> task.task().payload()).toList();
    }

    @Test
    void drainReturnsPendingAndDelayedTasksAndRevokesRemainingLeases() throws Exception {
        TaskQueue<String> queue = queue(Duration.ofSeconds(10));
        queue.enqueue("leased");
        Lease<String> lease = queue.lease();
        queue.enqueue("delayed");
        queue.lease().fail(TaskError.of("boom"));
        queue.enqueue("pending");

        List<DrainedTask<String>> drained = queue.drain(Duration.ZERO);

        assertThat(payloads(drained)).containsExactly("pending", "delayed", "leased");
        assertThat(drained.get(0).task().attempt()).isEqualTo(1);
        assertThat(drained.get(1).task().attempt()).isEqualTo(2);
        assertThat(drained.get(1).lastError()).isEqualTo(TaskError.of("boom"));
        assertThat(drained.get(2).task().attempt()).isEqualTo(2);
        assertThat(drained.get(2).lastToken()).isEqualTo(lease.token());
        assertThat(log.kinds().subList(log.kinds().size() - 4, log.kinds().size()))
                .containsExactly(DRAINED, DRAINED, LEASE_EXPIRED, DRAINED);
        assertThat(log.last().flags()).containsExactly(EventFlag.FROM_DRAIN);
        assertThat(queue.isOpen()).isFalse();
        assertThat(queue.snapshot().tasks()).isEmpty();
    }

    @Test
    void revocationIsTheLastErrorOfARestoredTask() throws Exception {
        TaskQueue<String> old = queue(Duration.ZERO);
        old.enqueue("a");
        Lease<String> revoked = old.lease();
        List<DrainedTask<String>> drained = old.drain(Duration.ZERO);
        TaskError expected = new TaskError(
                "lease_revoked",
                "The lease of attempt 1 was revoked by drain() at 2026-11-01T10:00:00Z: its holder had not ended it.",
                Map.of(
                        "deadline", "2026-11-01T10:00:30Z",
                        "attempt", "1",
                        "leaseId", revoked.token().leaseId().toString()));
        assertThat(log.events.get(2).kind()).isEqualTo(LEASE_EXPIRED);
        assertThat(log.events.get(2).error()).contains(expected);
        assertThat(log.last().error()).contains(expected);
        try (TaskQueue<String> next = queue(Duration.ZERO)) {
            next.restore(drained);

            assertThat(next.lease().lastError()).contains(expected);
        }
    }

    @Test
    void callOnARevokedLeaseReportsWhichCallRevokedIt() throws Exception {
        TaskQueue<String> queue = queue(Duration.ZERO);
        queue.enqueue("a");
        Lease<String> lease = queue.lease();
        queue.drain(Duration.ZERO);
        time.advance(Duration.ofSeconds(1));

        assertThatThrownBy(lease::complete)
                .isInstanceOf(LeaseLostException.class)
                .hasMessage(
                        "Lease L-1 on task 1 of queue orders was lost: drain() revoked it at 10:00:00Z, complete() came "
                                + "at 10:00:01Z. Give drain() more time to wait for running work.");
    }

    @Test
    void drainWaitsForHoldersButGrantsNothingNew() throws Exception {
        TaskQueue<String> queue = queue(Duration.ZERO);
        queue.enqueue("finished");
        queue.enqueue("failed");
        queue.enqueue("pending");
        Lease<String> first = queue.lease();
        Lease<String> second = queue.lease();
        Caller<List<DrainedTask<String>>> draining = Caller.startWaiting(() -> queue.drain(Duration.ofSeconds(20)));

        assertThatThrownBy(queue::tryLease).isInstanceOf(QueueClosedException.class);
        assertThatThrownBy(() -> queue.tryEnqueue("x")).isInstanceOf(QueueClosedException.class);
        first.heartbeat();
        first.complete();
        assertThat(draining.done()).isFalse();
        second.fail(TaskError.of("boom"));

        assertThat(payloads(draining.result())).containsExactly("pending", "failed");
        assertThat(log.kinds()).doesNotContain(LEASE_EXPIRED);
    }

    @Test
    void interruptionEndsTheWaitOfADrainNotTheDrain() throws Exception {
        TaskQueue<String> queue = queue(Duration.ZERO);
        queue.enqueue("a");
        queue.lease();
        Caller<Boolean> draining = Caller.startWaiting(() -> {
            assertThat(queue.drain(Duration.ofMinutes(5))).hasSize(1);
            return Thread.interrupted();
        });

        draining.interrupt();

        assertThat(draining.result()).as("interruption kept").isTrue();
    }

    @Test
    void restoredTaskContinuesWithItsAttemptAndError() throws Exception {
        TaskQueue<String> old = queue(Duration.ZERO);
        TaskId id = old.enqueue("a");
        Lease<String> first = old.lease();
        time.advance(Duration.ofSeconds(3));
        first.fail(TaskError.of("boom"));
        List<DrainedTask<String>> drained = old.drain(Duration.ZERO);
        log.events.clear();
        try (TaskQueue<String> next = queue(Duration.ZERO)) {
            next.restore(drained);

            TaskEvent<String> restored = log.last();
            assertThat(restored.kind()).isEqualTo(RESTORED);
            assertThat(restored.token()).contains(first.token());
            assertThat(restored.error()).contains(TaskError.of("boom"));
            Lease<String> lease = next.lease();
            assertThat(lease.task()).isEqualTo(new Task<>(id, 2, ManualTime.START, "a"));
            assertThat(lease.lastError()).contains(TaskError.of("boom"));
        }
    }

    @Test
    void restoredIdentityIsNotGivenToANewTask() throws Exception {
        TaskQueue<String> old = queue(Duration.ZERO);
        old.enqueue("a");
        old.enqueue("b");
        List<DrainedTask<String>> drained = old.drain(Duration.ZERO);
        try (TaskQueue<String> next = queue(Duration.ZERO)) {
            next.restore(drained);

            assertThat(next.enqueue("c").sequenceId()).isEqualTo(3);
        }
    }

    @Test
    void restoringAnIdentityThatExistsRestoresNothing() throws Exception {
        try (TaskQueue<String> queue = queue(Duration.ZERO)) {
            queue.enqueue("a");
            DrainedTask<String> other =
                    new DrainedTask<>(new Task<>(new TaskId("orders", 3, 9), 1, ManualTime.START, "x"), null, null);
            DrainedTask<String> same =
                    new DrainedTask<>(new Task<>(new TaskId("orders", 0, 1), 1, ManualTime.START, "a"), null, null);

            assertThatThrownBy(() -> queue.restore(List.of(other, same)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(
                            "Task orders/0/1 cannot be restored into queue orders: a task of this identity is pending "
                                    + "there. Restore a task once, into a queue that does not hold it; nothing was "
                                    + "restored.");
            assertThatThrownBy(() -> queue.restore(List.of(other, other)))
                    .hasMessageContaining("a task of this identity is given twice.");
            assertThat(log.kinds()).containsExactly(ENQUEUED);
        }
    }

    @Test
    void drainedTaskWithTheTokenOfAnotherTaskIsRefused() throws Exception {
        try (TaskQueue<String> queue = queue(Duration.ZERO)) {
            queue.enqueue("a");
            Lease<String> lease = queue.lease();

            assertThatThrownBy(() -> new DrainedTask<>(lease.task(), null, lease.token()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(
                            "The last token of a drained task is from an earlier attempt at it, but task orders/0/1 at "
                                    + "attempt 1 was given that of task 1, attempt 1. Pass the token of the last lease, or null.");
        }
    }

    @Test
    void closeEmitsRemainingTasksAsDrainedOnce() throws Exception {
        TaskQueue<String> queue = queue(Duration.ZERO);
        queue.enqueue("a");
        queue.enqueue("b");
        queue.lease();

        queue.close();
        queue.close();

        assertThat(log.kinds()).containsExactly(ENQUEUED, ENQUEUED, LEASE_GRANTED, DRAINED, LEASE_EXPIRED, DRAINED);
    }

    @Test
    void secondDrainReturnsNoTasks() throws Exception {
        TaskQueue<String> queue = queue(Duration.ZERO);
        queue.enqueue("a");

        assertThat(queue.drain(Duration.ZERO)).hasSize(1);
        assertThat(queue.drain(Duration.ZERO)).isEmpty();
        queue.close();
        assertThat(queue.drain(Duration.ZERO)).isEmpty();
    }

    @Test
    void drainOfAClosedQueueReturnsNoTasks() throws Exception {
        TaskQueue<String> queue = queue(Duration.ZERO);
        queue.enqueue("a");
        queue.close();

        assertThat(queue.drain(Duration.ZERO)).isEmpty();
    }

    @Test
    void drainWaitsForTheDrainOfAnotherThreadAndReturnsNoTasks() throws Exception {
        TaskQueue<String> queue = queue(Duration.ZERO);
        queue.enqueue("a");
        Lease<String> lease = queue.lease();
        queue.enqueue("b");
        Caller<List<DrainedTask<String>>> first = Caller.startWaiting(() -> queue.drain(Duration.ofSeconds(20)));
        Caller<List<DrainedTask<String>>> second = Caller.startWaiting(() -> queue.drain(Duration.ZERO));
        assertThat(second.done()).isFalse();

        lease.complete();

        assertThat(payloads(first.result())).containsExactly("b");
        assertThat(second.result()).isEmpty();
    }

    @Test
    void closeWaitsForTheDrainOfAnotherThread() throws Exception {
        TaskQueue<String> queue = queue(Duration.ZERO);
        queue.enqueue("a");
        Lease<String> lease = queue.lease();
        Caller<List<DrainedTask<String>>> draining = Caller.startWaiting(() -> queue.drain(Duration.ofSeconds(20)));
        Caller<Boolean> closing = Caller.startWaiting(() -> {
            queue.close();
            return true;
        });
        assertThat(closing.done()).isFalse();

        lease.complete();

        assertThat(draining.result()).isEmpty();
        assertThat(closing.result()).isTrue();
    }

    @Test
    void stoppedQueueRefusesEveryCallWithTheReasonAndEmitsNothing() throws Exception {
        TaskQueue<String> queue = queue(Duration.ZERO);
        queue.enqueue("a");
        queue.enqueue("b");
        Lease<String> lease = queue.lease();
        List<EventKind> before = log.kinds();

        queue.stop("peer dispatcher-b owns it since epoch 12. Send its work there.");
        time.advance(Duration.ofMinutes(5));

        assertThatThrownBy(() -> queue.tryEnqueue("c"))
                .isInstanceOf(QueueClosedException.class)
                .hasMessage(
                        "Queue orders was stopped, so enqueue() was refused: peer dispatcher-b owns it since epoch 12. "
                                + "Send its work there.");
        assertThatThrownBy(lease::complete)
                .isInstanceOf(QueueClosedException.class)
                .hasMessageContaining("so complete() was refused: peer dispatcher-b");
        assertThatThrownBy(queue::tryLease).isInstanceOf(QueueClosedException.class);
        assertThatThrownBy(() -> queue.drain(Duration.ZERO)).isInstanceOf(QueueClosedException.class);
        assertThat(queue.counts().pending()).isEqualTo(1);
        queue.close();
        assertThat(log.kinds()).isEqualTo(before);
    }

    @Test
    void stopEndsADrainThatWaits() throws Exception {
        TaskQueue<String> queue = queue(Duration.ZERO);
        queue.enqueue("a");
        queue.lease();
        Caller<List<DrainedTask<String>>> draining = Caller.startWaiting(() -> queue.drain(Duration.ofSeconds(20)));

        queue.stop("fenced.");

        assertThatThrownBy(draining::result).hasCauseInstanceOf(QueueClosedException.class);
    }
}
