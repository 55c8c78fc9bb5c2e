package io.taskqueue.queue;

import static io.taskqueue.event.EventKind.COMPLETED;
import static io.taskqueue.event.EventKind.ENQUEUED;
import static io.taskqueue.event.EventKind.HEARTBEAT;
import static io.taskqueue.event.EventKind.LEASE_GRANTED;
import static io.taskqueue.event.EventKind.SNAPSHOT;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.event.TaskId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A Snapshot shows a live task as it stands and changes nothing. */
@Timeout(60)
class SnapshotEventsTest {

    @AutoClose
    private final JournaledQueue journaled = JournaledQueue.attached(20, builder -> builder);

    private final ManualTime time = journaled.time;
    private final EventLog<String> log = journaled.log;
    private final BoundedJournal journal = journaled.journal;
    private final TaskQueue<String> queue = journaled.queue;

    @Test
    void eachLiveTaskIsWrittenInItsState() throws Exception {
        TaskId completed = queue.enqueue("completed");
        queue.lease().complete();
        TaskId leased = queue.enqueue("leased", "line 2");
        Lease<String> lease = queue.lease();
        TaskId delayed = queue.enqueue("delayed");
        queue.lease().fail(TaskError.of("boom"));
        TaskId pending = queue.enqueue("pending");
        TaskId other = queue.enqueue("not asked for");
        QueueSnapshot<String> before = queue.snapshot();
        journal.acknowledgeAll();
        time.advance(Duration.ofSeconds(1));

        int written = queue.writeSnapshots(List.of(completed, leased, delayed, pending, new TaskId("orders", 7, 99)));

        assertThat(written).isEqualTo(3);
        Map<TaskId, TaskEvent<String>> snapshots = log.events.stream()
                .filter(event -> event.kind() == SNAPSHOT)
                .collect(Collectors.toMap(event -> event.task().id(), Function.identity()));
        assertThat(snapshots).containsOnlyKeys(leased, delayed, pending).doesNotContainKey(other);
        assertThat(snapshots.get(leased).task()).isEqualTo(lease.task());
        assertThat(snapshots.get(leased).token()).contains(lease.token());
        assertThat(snapshots.get(leased).leaseExpiration()).contains(lease.expiresAt());
        assertThat(snapshots.get(leased).occurredAt()).isEqualTo(ManualTime.START.plusSeconds(1));
        assertThat(snapshots.get(delayed).availableAt()).contains(ManualTime.START.plusSeconds(10));
        assertThat(snapshots.get(delayed).error()).contains(TaskError.of("boom"));
        assertThat(snapshots.get(delayed).task().attempt()).isEqualTo(2);
        assertThat(snapshots.get(pending).pendingSince()).hasValue(9);
        assertThat(queue.snapshot().tasks()).isEqualTo(before.tasks());
        assertThat(queue.snapshot().counts().totals()).isEqualTo(before.counts().totals());
        assertThat(queue.snapshot().lastEvent()).isEqualTo(before.lastEvent() + 3);
        lease.complete();
    }

    @Test
    void asManyAreWrittenAsTheJournalHasRoomFor() throws Exception {
        List<TaskId> ids = new ArrayList<>();
        for (int i = 0; i < 17; i++) {
            ids.add(queue.enqueue("p" + i));
        }

        assertThat(queue.writeSnapshots(ids)).isEqualTo(3);
        assertThat(queue.writeSnapshots(ids)).isZero();
        journal.acknowledgeAll();
        assertThat(queue.writeSnapshots(ids)).isEqualTo(17);
        assertThat(journal.unreservedEvents()).isZero();
    }

    @Test
    void aLeaseThatWasExtendedWithoutAnEventIsShownAsItIs() throws Exception {
        TaskId id = queue.enqueue("a");
        Lease<String> lease = queue.lease();
        for (int i = 0; i < 20; i++) {
            queue.tryEnqueue("fills the journal");
        }
        time.advance(Duration.ofSeconds(6));
        lease.heartbeat();
        assertThat(log.kinds()).doesNotContain(HEARTBEAT);
        journal.acknowledgeAll();

        queue.writeSnapshots(List.of(id));

        assertThat(log.last().leaseExpiration()).contains(lease.expiresAt());
        lease.complete();
    }

    @Test
    void aTaskIsPendingSinceTheEventThatMadeItPendingHoweverOftenItIsWritten() throws Exception {
        TaskId first = queue.enqueue("a");
        TaskId second = queue.enqueue("b");

        queue.writeSnapshots(List.of(first));
        queue.writeSnapshots(List.of(first, second));

        assertThat(log.events.stream()
                        .filter(event -> event.kind() == SNAPSHOT)
                        .map(event -> event.task().payload() + " "
                                + event.pendingSince().orElseThrow()))
                .containsExactlyInAnyOrder("a 1", "a 1", "b 2");
        assertThat(queue.lease().payload()).isEqualTo("a");
    }

    @Test
    void aQueueThatHasEndedWritesNone() throws Exception {
        TaskId id = queue.enqueue("a");
        queue.stop("it has another owner.");

        assertThat(queue.writeSnapshots(List.of(id))).isZero();
        assertThat(log.kinds()).containsExactly(ENQUEUED);
    }

    @Test
    void aTaskThatWasWrittenEndsAsAnyOther() throws Exception {
        TaskId id = queue.enqueue("a");
        Lease<String> lease = queue.lease();
        queue.writeSnapshots(List.of(id));

        lease.complete();

        assertThat(log.kinds()).containsExactly(ENQUEUED, LEASE_GRANTED, SNAPSHOT, COMPLETED);
    }
}
