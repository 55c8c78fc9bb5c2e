package io.taskqueue.queue;

import static io.taskqueue.event.EventKind.RESTORED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.SourceMetadata;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.event.TaskId;
import io.taskqueue.fold.QueueFold;
import io.taskqueue.fold.TaskPhase;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A dead task that is put back into its queue continues with its identity, and has its attempts again. */
@Timeout(60)
class RetriedTasksTest {

    private final ManualTime time = new ManualTime();
    private final EventLog<String> log = new EventLog<>();

    private TaskQueue<String> queue() {
        return TaskQueue.<String>builder("orders")
                .maxAttempts(2)
                .closeGrace(Duration.ZERO)
                .clock(time)
                .ticker(time)
                .listener(log)
                .build();
    }

    private DrainedTask<String> retried() {
        TaskEvent<String> dead = log.last();
        assertThat(dead.kind()).isEqualTo(EventKind.DEAD_LETTERED);
        return new DrainedTask<>(
                dead.task().retried(), dead.error().orElse(null), dead.token().orElse(null));
    }

    private static void failNext(TaskQueue<String> queue) throws Exception {
        queue.lease().fail(TaskError.of("boom"));
    }

    @Test
    void aRetriedTaskHasAsManyAttemptsAsANewOneAndTheirNumbersContinue() throws Exception {
        try (TaskQueue<String> queue = queue()) {
            TaskId id = queue.enqueue("a");
            failNext(queue);
            failNext(queue);

            queue.restore(List.of(retried()));

            assertThat(log.last().kind()).isEqualTo(RESTORED);
            assertThat(log.last().error()).contains(TaskError.of("boom"));
            Lease<String> third = queue.lease();
            assertThat(third.task()).isEqualTo(new Task<>(id, 3, ManualTime.START, "a", null, 3));
            third.fail(TaskError.of("boom"));
            Lease<String> fourth = queue.lease();
            assertThat(fourth.token().attempt()).isEqualTo(4);
            fourth.fail(TaskError.of("boom"));
            assertThat(log.last().kind()).isEqualTo(EventKind.DEAD_LETTERED);
            assertThat(log.last().task()).isEqualTo(new Task<>(id, 4, ManualTime.START, "a", null, 3));
            queue.restore(List.of(retried()));
            Lease<String> fifth = queue.lease();
            assertThat(fifth.token().attempt()).isEqualTo(5);
            fifth.complete();
            assertThat(queue.snapshot().tasks()).isEmpty();
        }
    }

    @Test
    void aRetriedTaskIsNotDeadAnyMore() throws Exception {
        try (TaskQueue<String> queue = queue()) {
            TaskId id = queue.enqueue("a");
            failNext(queue);
            failNext(queue);
            assertThat(queue.snapshot().tasks())
                    .singleElement()
                    .extracting(QueueSnapshot.Entry::state)
                    .isEqualTo(QueueSnapshot.State.DEAD);

            queue.restore(List.of(retried()));

            assertThat(queue.snapshot().tasks())
                    .singleElement()
                    .extracting(QueueSnapshot.Entry::state)
                    .isEqualTo(QueueSnapshot.State.PENDING);
            QueueFold<String> fold = new QueueFold<>("orders", 10);
            log.events.forEach(event -> fold.apply(ReplicationEvent.of(
                    "orders",
                    new SourceMetadata(new Position(1, event.number()), "dispatcher-a", null, ManualTime.START),
                    event)));
            assertThat(fold.task(id)).hasValueSatisfying(task -> {
                assertThat(task.phase()).isEqualTo(TaskPhase.PENDING);
                assertThat(task.task().firstAttempt()).isEqualTo(3);
            });
        }
    }

    @Test
    void aTaskIsNotRetriedTwice() throws Exception {
        try (TaskQueue<String> queue = queue()) {
            queue.enqueue("a");
            failNext(queue);
            failNext(queue);
            DrainedTask<String> retried = retried();
            queue.restore(List.of(retried));

            assertThatThrownBy(() -> queue.restore(List.of(retried)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(
                            "Task orders/0/1 cannot be restored into queue orders: a task of this identity is pending "
                                    + "there. Restore a task once, into a queue that does not hold it; nothing was "
                                    + "restored.");
        }
    }
}
