package io.taskqueue.queue;

import io.taskqueue.event.Position;
import io.taskqueue.event.Priority;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.SourceMetadata;
import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskId;
import io.taskqueue.fold.FoldedQueue;
import io.taskqueue.fold.FoldedTask;
import io.taskqueue.fold.QueueFold;
import io.taskqueue.fold.TaskPhase;
import io.taskqueue.queue.QueueSnapshot.Entry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A queue over several owners, one after the other: its events as their sources would publish them, and what the queue showed after each
 * call. A lost queue loses its newest events too, as a source that had not sent them.
 */
final class RecordedRun implements AutoCloseable {

    static final String QUEUE = "folded";

    private static final int LOST_EVENTS = 3;
    private static final List<Priority> PRIORITIES = List.of(Priority.values());

    enum Call {
        ENQUEUE,
        ENQUEUE_WITH_A_KEY,
        ENQUEUE_WITH_A_DELAY,
        ENQUEUE_WITH_A_PRIORITY,
        LEASE,
        HEARTBEAT,
        COMPLETE,
        FAIL,
        FAIL_WITHOUT_REQUEUE,
        ADVANCE_TIME,
        WRITE_SNAPSHOTS,
        RESTORE_DEAD,
        HAND_OVER,
        LOSE
    }

    /** What the queue showed after a call, and how many events there were until then. */
    record Moment(int events, List<Entry<String>> tasks, QueueCounts.Totals totals) {}

    private final List<ReplicationEvent<String>> events = new ArrayList<>();
    private final List<Moment> moments = new ArrayList<>();
    private final ManualTime time = new ManualTime();
    private final List<Lease<String>> leases = new ArrayList<>();
    private final int maxAttempts;
    private final Duration requeueDelay;
    private QueueCounts.Totals before = new QueueCounts.Totals(0, 0, 0, 0, 0, 0);
    private long epoch;
    private TaskQueue<String> queue;

    RecordedRun(int maxAttempts, Duration requeueDelay) {
        this.maxAttempts = maxAttempts;
        this.requeueDelay = requeueDelay;
        this.queue = recovered();
    }

    List<ReplicationEvent<String>> events() {
        return events;
    }

    List<Moment> moments() {
        return moments;
    }

    /** The queue of the current owner. */
    TaskQueue<String> queue() {
        return queue;
    }

    void perform(Call call, int number) {
        switch (call) {
            case ENQUEUE -> queue.tryEnqueue("payload " + number);
            case ENQUEUE_WITH_A_KEY -> queue.tryEnqueue("payload " + number, "key " + number % 5);
            case ENQUEUE_WITH_A_DELAY -> queue.tryEnqueue(
                    "payload " + number, EnqueueOptions.withDelay(Duration.ofMillis(number % 2_000)));
            case ENQUEUE_WITH_A_PRIORITY -> queue.tryEnqueue(
                    "payload " + number, EnqueueOptions.withPriority(PRIORITIES.get(number % PRIORITIES.size())));
            case LEASE -> queue.tryLease().ifPresent(leases::add);
            case ADVANCE_TIME -> time.advance(Duration.ofMillis(number % 700));
            case WRITE_SNAPSHOTS -> queue.writeSnapshots(someTasks(number));
            case RESTORE_DEAD -> restoreDead();
            case HAND_OVER -> {
                queue.handOver(Duration.ZERO);
                queue = recovered();
            }
            case LOSE -> {
                queue.stop("it was lost.");
                loseEvents(number % LOST_EVENTS);
                queue = recovered();
            }
            default -> endNewest(call);
        }
        QueueSnapshot<String> snapshot = queue.snapshot();
        moments.add(new Moment(
                events.size(), snapshot.tasks(), sum(before, snapshot.counts().totals())));
    }

    private List<TaskId> someTasks(int number) {
        List<TaskId> all = queue.snapshot().tasks().stream()
                .map(entry -> entry.task().id())
                .toList();
        return all.stream().filter(id -> (id.hashCode() + number) % 2 == 0).toList();
    }

    private void restoreDead() {
        queue.restore(queue.snapshot().tasks().stream()
                .filter(entry -> entry.state() == QueueSnapshot.State.DEAD)
                .map(entry -> new DrainedTask<>(entry.task().nextAttempt(), entry.lastError(), entry.token()))
                .toList());
    }

    private void loseEvents(int count) {
        for (int lost = 0; lost < count && !events.isEmpty(); lost++) {
            ReplicationEvent<String> newest = events.get(events.size() - 1);
            if (newest.position().sequence() == 0) {
                break; // a source writes no event before it has written this one
            }
            events.remove(events.size() - 1);
        }
        moments.removeIf(moment -> moment.events() > events.size());
    }

    /** The queue of the next owner, with the live tasks of the events. */
    private TaskQueue<String> recovered() {
        leases.clear();
        QueueFold<String> fold = new QueueFold<>(QUEUE, 0);
        events.forEach(fold::apply);
        before = SnapshotFold.totals(fold.state());
        long own = ++epoch;
        TaskQueue<String> next = TaskQueue.<String>builder(QUEUE)
                .capacity(8)
                .maxAttempts(maxAttempts)
                .leaseDuration(Duration.ofSeconds(1))
                .requeueDelay(requeueDelay)
                .closeGrace(Duration.ZERO)
                .clock(time)
                .ticker(time)
                .listener(event -> events.add(SnapshotFold.replicated(QUEUE, own, event)))
                .build();
        next.attachRecovering(new BoundedJournal(1_000_000) {
            @Override
            public long epoch() {
                return own;
            }
        });
        events.add(ReplicationEvent.sourceStarted(
                QUEUE,
                new SourceMetadata(new Position(own, 0), "dispatcher-a", null, time.instant()),
                new UUID(0, own)));
        next.recover(live(fold.state()));
        return next;
    }

    static List<RecoveredTask<String>> live(FoldedQueue<String> state) {
        return Stream.of(TaskPhase.values())
                .filter(TaskPhase::live)
                .flatMap(phase -> state.in(phase).stream())
                .map(RecordedRun::recovered)
                .toList();
    }

    static RecoveredTask<String> recovered(FoldedTask<String> task) {
        return new RecoveredTask<>(
                task.task(), task.lastError(), task.token(), task.leaseExpiration(), task.availableAt());
    }

    private void endNewest(Call call) {
        if (leases.isEmpty()) {
            return;
        }
        Lease<String> lease = leases.get(leases.size() - 1);
        if (call != Call.HEARTBEAT) {
            leases.remove(lease);
        }
        try {
            switch (call) {
                case HEARTBEAT -> lease.heartbeat();
                case COMPLETE -> lease.complete();
                case FAIL -> lease.fail(TaskError.of("again"));
                default -> lease.fail(TaskError.of("never again"), false);
            }
        } catch (LeaseLostException e) {
            leases.remove(lease); // it has expired: the events contain it
        }
    }

    private static QueueCounts.Totals sum(QueueCounts.Totals one, QueueCounts.Totals other) {
        return new QueueCounts.Totals(
                one.enqueued() + other.enqueued(),
                one.restored() + other.restored(),
                one.completed() + other.completed(),
                one.deadLettered() + other.deadLettered(),
                one.drained() + other.drained(),
                one.leasesExpired() + other.leasesExpired());
    }

    @Override
    public void close() {
        queue.close();
    }
}
