package io.taskqueue.testkit;

import io.taskqueue.event.PayloadInclusion;
import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.SourceMetadata;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.event.TaskId;
import io.taskqueue.fold.FoldedQueue;
import io.taskqueue.fold.FoldedTask;
import io.taskqueue.fold.QueueFold;
import io.taskqueue.fold.TaskPhase;
import io.taskqueue.queue.DrainedTask;
import io.taskqueue.queue.EnqueueOptions;
import io.taskqueue.queue.Lease;
import io.taskqueue.queue.RecoveredTask;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A real queue under manual time, whose events are recorded as its source would publish them; and their fold, which states what is legal
 * next. Used by one thread.
 */
final class RecordedQueue<T> {

    private static final int ENDED_KEPT = 10_000;

    private final Settings<T> settings;
    private final ManualTime time;
    private final Optional<WireFormat<T>> wire;
    private final EventRecorder<T> recorder;
    private final TaskQueue<T> queue;
    private final List<ReplicationEvent<T>> before;
    private final List<ReplicationEvent<T>> events = new ArrayList<>();
    private final Map<TaskId, RecordedTask<T>> tasks = new LinkedHashMap<>();
    private final QueueFold<T> fold;
    private int passedOver;

    /** What stays the same when another source takes the queue over, but for the epoch. */
    record Settings<T>(
            String queue,
            long epoch,
            Peers<T> peers,
            Payloads<T> payloads,
            Duration lease,
            Duration requeueDelay,
            int maxAttempts) {

        Settings<T> nextEpoch() {
            return new Settings<>(queue, epoch + 1, peers, payloads, lease, requeueDelay, maxAttempts);
        }
    }

    /**
     * How events carry the payloads.
     *
     * @param codec how they are written and read; if empty, they are the objects of the test
     */
    record Payloads<T>(Optional<PayloadCodec<T>> codec, PayloadInclusion inclusion) {}

    /** The peers that events name. */
    record Peers<T>(String source, Function<TaskEvent<T>, @Nullable String> owner) {}

    /** @param before the events of earlier owners; none for the first owner */
    RecordedQueue(Settings<T> settings, ManualTime time, List<ReplicationEvent<T>> before) {
        this.settings = settings;
        this.time = time;
        this.before = before;
        this.wire = settings.payloads()
                .codec()
                .map(codec -> new WireFormat<>(
                        settings.queue(),
                        settings.peers().source(),
                        codec,
                        settings.payloads().inclusion()));
        this.recorder = new EventRecorder<>(settings.epoch(), payload -> wire.map(format -> format.encode(payload))
                .orElse(new byte[0]));
        this.queue = TaskQueue.<T>builder(settings.queue())
                .clock(time)
                .ticker(() -> time.nanos()) // moving the time does not have it swept by a thread of its own
                .capacity(Integer.MAX_VALUE)
                .leaseDuration(settings.lease())
                .heartbeatInterval(Duration.ZERO)
                .requeueDelay(settings.requeueDelay())
                .maxAttempts(settings.maxAttempts())
                .sweepInterval(Duration.ofDays(1))
                .build();
        if (before.isEmpty()) {
            queue.attach(recorder);
        } else {
            queue.attachRecovering(recorder);
        }
        this.fold = new QueueFold<>(settings.queue(), ENDED_KEPT);
        before.forEach(fold::apply);
        add(ReplicationEvent.sourceStarted(
                settings.queue(),
                new SourceMetadata(
                        new Position(settings.epoch(), 0), settings.peers().source(), null, time.instant()),
                new UUID(0, settings.epoch())));
    }

    /** A recording of the next owner, which has recovered the live tasks. */
    RecordedQueue<T> nextOwner() {
        FoldedQueue<T> found = state();
        RecordedQueue<T> next = new RecordedQueue<>(
                settings.nextEpoch(),
                time,
                Stream.concat(before.stream(), events.stream()).toList());
        next.recover(found);
        return next;
    }

    RecordedTask<T> enqueue(T payload, EnqueueOptions options) {
        return enqueued(queue.tryEnqueue(payload, options));
    }

    List<RecordedTask<T>> drain() {
        return queue.drain(Duration.ZERO).stream()
                .map(drained -> task(drained.task().id()))
                .toList();
    }

    List<RecordedTask<T>> handOver() {
        List<TaskId> live = live(state()).map(folded -> folded.task().id()).toList();
        int unused = queue.handOver(Duration.ZERO);
        return live.stream().map(this::task).toList();
    }

    RecordedTask<T> restore(TaskId drained) {
        FoldedTask<T> folded = require(TaskPhase.DRAINED, drained, "restored()", "Only a drained task can be.");
        queue.restore(List.of(new DrainedTask<>(folded.task(), folded.lastError(), folded.token())));
        return task(drained);
    }

    /** @throws IllegalArgumentException if the task has no event here */
    RecordedTask<T> task(TaskId id) {
        record();
        RecordedTask<T> task = tasks.get(id);
        if (task == null) {
            throw new IllegalArgumentException("Task " + id + " has no event in epoch " + settings.epoch()
                    + " of queue " + settings.queue() + ". Tasks with events are " + tasks.keySet() + ".");
        }
        return task;
    }

    List<ReplicationEvent<T>> list() {
        record();
        return List.copyOf(events);
    }

    FoldedQueue<T> state() {
        record();
        return fold.state();
    }

    ManualTime time() {
        return time;
    }

    /** Performs what is due, and records what the queue has emitted. */
    void record() {
        var unused = queue.counts();
        recorder.takeEmitted().forEach(this::add);
    }

    Lease<T> lease(RecordedTask<T> task) {
        record();
        FoldedTask<T> folded = folded(task.id()).orElse(null);
        if (folded != null && folded.phase() == TaskPhase.DELAYED) {
            advanceTo(folded.availableAt());
        }
        require(TaskPhase.PENDING, task.id(), "leased()", "Only a pending or delayed task can be.");
        List<FoldedTask<T>> pending = fold.state().in(TaskPhase.PENDING);
        TaskId first = next(pending);
        if (!first.equals(task.id())) {
            throw refused(
                    "leased()",
                    task.id(),
                    "Task " + first
                            + " is ahead of it, by its priority or because it became pending earlier: call"
                            + " leased() of that first, or record the tasks in two queues.");
        }
        Lease<T> lease = queue.tryLease()
                .orElseThrow(() -> new IllegalStateException("Queue " + settings.queue()
                        + " granted no lease although task " + first + " is pending. This is a defect."));
        passedOver = first.equals(pending.get(0).task().id()) ? 0 : passedOver + 1;
        record();
        return lease;
    }

    /** The pending task that the queue leases next. */
    private TaskId next(List<FoldedTask<T>> pending) {
        FoldedTask<T> next = pending.get(0);
        if (passedOver < TaskQueue.MAX_PASSED_OVER) {
            for (FoldedTask<T> task : pending) {
                next = task.task().priority().compareTo(next.task().priority()) > 0 ? task : next;
            }
        }
        return next.task().id();
    }

    void expire(RecordedTask<T> task) {
        record();
        FoldedTask<T> leased = require(TaskPhase.LEASED, task.id(), "leaseExpired()", "Call leased() first.");
        advanceTo(leased.leaseExpiration());
    }

    void requeue(RecordedTask<T> task) {
        endDelay(
                task,
                delayed -> delayed.token() != null,
                "requeued()",
                "Only a task that waits for its next attempt can be: call failed() or leaseExpired() first, and set a requeueDelay.");
    }

    void makeAvailable(RecordedTask<T> task) {
        endDelay(
                task,
                delayed -> delayed.token() == null,
                "available()",
                "Only a task that was enqueued with a delay can be, once, before its first lease.");
    }

    private void endDelay(RecordedTask<T> task, Predicate<FoldedTask<T>> ofThisKind, String call, String remedy) {
        record();
        FoldedTask<T> delayed = require(TaskPhase.DELAYED, task.id(), call, remedy);
        if (!ofThisKind.test(delayed)) {
            throw refused(call, task.id(), remedy);
        }
        advanceTo(delayed.availableAt());
    }

    void retry(RecordedTask<T> task) {
        record();
        FoldedTask<T> dead = require(TaskPhase.DEAD, task.id(), "restored()", "Call deadLettered() first.");
        queue.restore(List.of(new DrainedTask<>(dead.task().retried(), dead.lastError(), dead.token())));
        record();
    }

    /** The error of a change that is not legal. */
    IllegalStateException refused(String call, TaskId task, String remedy) {
        String state = folded(task)
                .map(folded ->
                        "is " + folded.phase().name().toLowerCase(Locale.ROOT).replace('_', ' '))
                .orElse("has left queue " + settings.queue());
        return new IllegalStateException(call + " was refused: task " + task + " " + state + ". " + remedy);
    }

    /** The error of a worker's call on a task that was not leased here. */
    IllegalStateException refusedWithoutLease(String call, TaskId task) {
        boolean ofEarlierOwner = folded(task)
                .filter(folded -> folded.phase() == TaskPhase.LEASED)
                .isPresent();
        return refused(
                call,
                task,
                ofEarlierOwner
                        ? "Its lease was granted by the earlier owner of the queue: call leaseExpired() and leased() first."
                        : "Call leased() first.");
    }

    private RecordedTask<T> enqueued(Optional<TaskId> id) {
        return task(id.orElseThrow(() ->
                new IllegalStateException("Queue " + settings.queue() + " had no room for a task. This is a defect.")));
    }

    private FoldedTask<T> require(TaskPhase phase, TaskId task, String call, String remedy) {
        return folded(task).filter(folded -> folded.phase() == phase).orElseThrow(() -> refused(call, task, remedy));
    }

    private Optional<FoldedTask<T>> folded(TaskId task) {
        return fold.task(task);
    }

    private void advanceTo(@Nullable Instant instant) {
        time.advanceTo(Objects.requireNonNull(instant, "a time that the state of the task has"));
        record();
    }

    private void recover(FoldedQueue<T> found) {
        queue.recover(live(found)
                .map(task -> new RecoveredTask<>(
                        task.task(), task.lastError(), task.token(), task.leaseExpiration(), task.availableAt()))
                .toList());
        record();
    }

    private static <T> Stream<FoldedTask<T>> live(FoldedQueue<T> state) {
        return Stream.of(TaskPhase.values()).filter(TaskPhase::live).flatMap(phase -> state.in(phase).stream());
    }

    private void add(EventRecorder.Emitted<T> emitted) {
        TaskEvent<T> change = emitted.change;
        ReplicationEvent<T> event = ReplicationEvent.of(
                settings.queue(),
                new SourceMetadata(
                        new Position(settings.epoch(), events.size()),
                        settings.peers().source(),
                        settings.peers().owner().apply(change),
                        change.occurredAt()),
                settings.payloads().inclusion().includes(change.kind()) ? change : change.withoutPayload());
        add(wire.map(format -> format.throughKafka(event, emitted.payload)).orElse(event));
    }

    private void add(ReplicationEvent<T> event) {
        events.add(event);
        QueueFold.Step unused = fold.apply(event);
        event.change().map(change -> change.task().id()).ifPresent(id -> tasks.computeIfAbsent(
                        id, added -> new RecordedTask<>(this, added))
                .add(event));
    }
}
