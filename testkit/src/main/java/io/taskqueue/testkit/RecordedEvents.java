package io.taskqueue.testkit;

import io.taskqueue.event.NameRule;
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
import io.taskqueue.queue.Lease;
import io.taskqueue.queue.RecoveredTask;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The events of one queue, as its source would write them to Kafka, for tests of what reads them.
 *
 * <pre>{@code
 * RecordedEvents<Order> events = RecordedEvents.of("orders", Order.class);
 * RecordedTask<Order> task = events.enqueued(order).leased().completed();
 * }</pre>
 *
 * <p>They come from a real {@link TaskQueue} under {@link ManualTime}, so that only what a queue emits can be built: numbers, tokens,
 * deadlines and the order are its own, and a change that is not legal is refused. SourceStarted is the first of them.
 *
 * <p>Given a payload's class or codec, each event is encoded and decoded as on its way through Kafka, so that a sink gets payloads as it
 * gets them in service. Without one, it gets the payload objects of the test.
 *
 * <p>Tasks are leased in the order in which they became pending, as in any queue. Iterates over the events so far, in order. Not
 * thread-safe. It needs no end: nothing is lost if it is dropped.
 *
 * @param <T> the payload's type
 */
public final class RecordedEvents<T> implements Iterable<ReplicationEvent<T>> {

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

    /** What stays the same when another source takes the queue over, but for the epoch. */
    private record Settings<T>(
            String queue,
            long epoch,
            Peers<T> peers,
            Optional<PayloadCodec<T>> codec,
            Duration lease,
            Duration requeueDelay,
            int maxAttempts) {

        Settings<T> nextEpoch() {
            return new Settings<>(queue, epoch + 1, peers, codec, lease, requeueDelay, maxAttempts);
        }
    }

    private record Peers<T>(String source, Function<TaskEvent<T>, @Nullable String> owner) {}

    /** @param before the events of earlier owners */
    private RecordedEvents(Settings<T> settings, ManualTime time, List<ReplicationEvent<T>> before) {
        this.settings = settings;
        this.time = time;
        this.before = before;
        this.wire = settings.codec().map(codec -> new WireFormat<>(settings.queue(), settings.peers().source(), codec));
        this.recorder = new EventRecorder<>(
                settings.epoch(), payload -> wire.map(format -> format.encode(payload)).orElse(new byte[0]));
        this.queue = TaskQueue.<T>builder(settings.queue())
                .clock(time)
                .ticker(time::nanos) // swept by calls alone, on the thread of the test
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

    /** Events of a queue of that name, whose payloads are the objects of the test. */
    public static <T> RecordedEvents<T> of(String queue) {
        return RecordedEvents.<T>builder(queue).build();
    }

    /** Events of a queue of that name, whose payloads are written and read as JSON. */
    public static <T> RecordedEvents<T> of(String queue, Class<T> payload) {
        return RecordedEvents.<T>builder(queue).codec(PayloadCodec.json(payload)).build();
    }

    /** Starts to build the recording of a queue of that name; every setting has a default. */
    public static <T> Builder<T> builder(String queue) {
        return new Builder<>(queue);
    }

    /**
     * A task is enqueued: Enqueued.
     *
     * @throws io.taskqueue.queue.PayloadRefusedException if there is a codec, and it cannot encode the payload
     * @throws io.taskqueue.serde.UndecodableEventException if there is a codec, and it cannot read what it wrote
     */
    public RecordedTask<T> enqueued(T payload) {
        return enqueued(queue.tryEnqueue(payload));
    }

    /** A task is enqueued under a key of the caller: Enqueued. If the queue has a live task of that key, returns that. */
    public RecordedTask<T> enqueued(T payload, String key) {
        return enqueued(queue.tryEnqueue(payload, key));
    }

    /** The whole life of a task: Enqueued, LeaseGranted, Completed. */
    public RecordedTask<T> completed(T payload) {
        return enqueued(payload).leased().completed();
    }

    /** The whole life of a task whose only attempt fails: Enqueued, LeaseGranted, Failed, DeadLettered. */
    public RecordedTask<T> deadLettered(T payload, String message) {
        return enqueued(payload).leased().deadLettered(message);
    }

    /**
     * The queue is drained, and its tasks are handed to the caller: LeaseExpired for each that is leased, Drained for each. The queue
     * accepts no more work.
     */
    public List<RecordedTask<T>> drained() {
        return queue.drain(Duration.ZERO).stream()
                .map(drained -> task(drained.task().id()))
                .toList();
    }

    /**
     * The queue is closed, and its tasks are left for the next owner: LeaseExpired for each that is leased, Drained with the flag HandOver
     * for each. {@link #takenOver} continues with them.
     */
    public List<RecordedTask<T>> handedOver() {
        List<TaskId> live = state().tasks().entrySet().stream()
                .filter(entry -> entry.getKey().live())
                .flatMap(entry -> entry.getValue().stream())
                .map(folded -> folded.task().id())
                .toList();
        int unused = queue.handOver(Duration.ZERO);
        record();
        return live.stream().map(this::task).toList();
    }

    /**
     * Another source takes the queue over, as after a crash of this one or a hand-over: SourceStarted of the next epoch, and Restored for
     * each live task. Events that are recorded here from now on come behind the fence, as those of an owner that does not know it yet:
     * sinks drop them.
     *
     * @return the events of the next owner, which shares the time
     */
    public RecordedEvents<T> takenOver() {
        FoldedQueue<T> found = state();
        RecordedEvents<T> next =
                new RecordedEvents<>(settings.nextEpoch(), time, Stream.concat(before.stream(), events.stream()).toList());
        next.recover(found);
        return next;
    }

    /**
     * A task that {@link #drained} returned is restored here, by the owner of the queue after the one that was drained: Restored.
     *
     * @throws IllegalStateException if the task was not drained
     */
    public RecordedTask<T> restored(RecordedTask<T> drained) {
        FoldedTask<T> folded = require(TaskPhase.DRAINED, drained.id(), "restored()", "Only a drained task can be.");
        queue.restore(List.of(new DrainedTask<>(folded.task(), folded.lastError(), folded.token())));
        return task(drained.id());
    }

    /**
     * A task by its identity.
     *
     * @throws IllegalArgumentException if it has no event here
     */
    public RecordedTask<T> task(TaskId id) {
        record();
        RecordedTask<T> task = tasks.get(id);
        if (task == null) {
            throw new IllegalArgumentException("Task " + id + " has no event in epoch " + settings.epoch() + " of queue "
                    + settings.queue() + ". Tasks with events are " + tasks.keySet() + ".");
        }
        return task;
    }

    /** The events so far, SourceStarted first. */
    public List<ReplicationEvent<T>> list() {
        record();
        return List.copyOf(events);
    }

    @Override
    public Iterator<ReplicationEvent<T>> iterator() {
        return list().iterator();
    }

    /** The state of the queue after the events so far, those of earlier owners included. */
    public FoldedQueue<T> state() {
        record();
        return fold.state();
    }

    /** The time of the queue. */
    public ManualTime time() {
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
            requeue(task);
        }
        require(TaskPhase.PENDING, task.id(), "leased()", "Only a pending or delayed task can be.");
        TaskId first = fold.state().in(TaskPhase.PENDING).get(0).task().id();
        if (!first.equals(task.id())) {
            throw refused(
                    "leased()",
                    task.id(),
                    "Task " + first + " is ahead of it, and tasks are leased in the order in which they became pending: call"
                            + " leased() of that first, or record the tasks in two queues.");
        }
        Lease<T> lease = queue.tryLease()
                .orElseThrow(() -> new IllegalStateException("Queue " + settings.queue()
                        + " granted no lease although task " + first + " is pending. This is a defect."));
        record();
        return lease;
    }

    void expire(RecordedTask<T> task) {
        record();
        FoldedTask<T> leased = require(TaskPhase.LEASED, task.id(), "leaseExpired()", "Call leased() first.");
        advanceTo(leased.leaseExpiration());
    }

    void requeue(RecordedTask<T> task) {
        record();
        FoldedTask<T> delayed = require(
                TaskPhase.DELAYED,
                task.id(),
                "requeued()",
                "Only a task that waits for its next attempt can be: call failed() or leaseExpired() first, and set a requeueDelay.");
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
                .map(folded -> "is " + folded.phase().name().toLowerCase(Locale.ROOT).replace('_', ' '))
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
        return task(id.orElseThrow(() -> new IllegalStateException(
                "Queue " + settings.queue() + " had no room for a task. This is a defect.")));
    }

    private FoldedTask<T> require(TaskPhase phase, TaskId task, String call, String remedy) {
        return folded(task)
                .filter(folded -> folded.phase() == phase)
                .orElseThrow(() -> refused(call, task, remedy));
    }

    private Optional<FoldedTask<T>> folded(TaskId task) {
        return fold.task(task);
    }

    private void advanceTo(@Nullable Instant instant) {
        time.advanceTo(Objects.requireNonNull(instant, "a time that the state of the task has"));
        record();
    }

    private void recover(FoldedQueue<T> found) {
        queue.recover(Stream.of(TaskPhase.values())
                .filter(TaskPhase::live)
                .flatMap(phase -> found.in(phase).stream())
                .map(task -> new RecoveredTask<>(
                        task.task(), task.lastError(), task.token(), task.leaseExpiration(), task.availableAt()))
                .toList());
        record();
    }

    private void add(EventRecorder.Emitted<T> emitted) {
        TaskEvent<T> change = emitted.change();
        ReplicationEvent<T> event = ReplicationEvent.of(
                settings.queue(),
                new SourceMetadata(
                        new Position(settings.epoch(), events.size()),
                        settings.peers().source(),
                        settings.peers().owner().apply(change),
                        change.occurredAt()),
                change);
        add(wire.map(format -> format.throughKafka(event, emitted.payload())).orElse(event));
    }

    private void add(ReplicationEvent<T> event) {
        events.add(event);
        QueueFold.Step unused = fold.apply(event);
        event.change()
                .map(change -> change.task().id())
                .ifPresent(id -> tasks.computeIfAbsent(id, added -> new RecordedTask<>(this, added))
                        .add(event));
    }

    /** Collects the settings of a recording; {@link #build} validates them. Not thread-safe. */
    public static final class Builder<T> {

        private final String queue;
        private long epoch = 1;
        private String sourcePeer = "dispatcher-a";
        private Function<TaskEvent<T>, @Nullable String> ownerPeer = change -> null;
        private @Nullable PayloadCodec<T> codec;
        private Duration leaseDuration = Duration.ofSeconds(30);
        private Duration requeueDelay = Duration.ofSeconds(1);
        private int maxAttempts = 5;
        private ManualTime time = new ManualTime();

        private Builder(String queue) {
            this.queue = Objects.requireNonNull(queue, "queue");
        }

        /** The epoch of the source; 1. */
        public Builder<T> epoch(long epoch) {
            this.epoch = epoch;
            return this;
        }

        /** The process that writes the events; {@code dispatcher-a}. */
        public Builder<T> sourcePeer(String name) {
            this.sourcePeer = NameRule.require("peer name", "dispatcher-a", name);
            return this;
        }

        /** The process that is responsible for the task of an event, or null; none by default. */
        public Builder<T> ownerPeer(Function<TaskEvent<T>, @Nullable String> resolver) {
            this.ownerPeer = Objects.requireNonNull(resolver, "resolver");
            return this;
        }

        /** Has each event encoded and decoded as on its way through Kafka; by default, payloads are the objects of the test. */
        public Builder<T> codec(PayloadCodec<T> codec) {
            this.codec = Objects.requireNonNull(codec, "codec");
            return this;
        }

        /** How long a lease lasts without a heartbeat; 30 s. */
        public Builder<T> leaseDuration(Duration leaseDuration) {
            this.leaseDuration = Objects.requireNonNull(leaseDuration, "leaseDuration");
            return this;
        }

        /**
         * How long a task waits for its next attempt; 1 s, so that {@link RecordedTask#requeued} is an event of its own. With zero,
         * Requeued follows Failed and LeaseExpired at once.
         */
        public Builder<T> requeueDelay(Duration requeueDelay) {
            this.requeueDelay = Objects.requireNonNull(requeueDelay, "requeueDelay");
            return this;
        }

        /** How many attempts a task has before it is dead; 5. */
        public Builder<T> maxAttempts(int maxAttempts) {
            this.maxAttempts = maxAttempts;
            return this;
        }

        /** The time of the queue, for a test that shares it; one of its own by default. */
        public Builder<T> time(ManualTime time) {
            this.time = Objects.requireNonNull(time, "time");
            return this;
        }

        /** @throws IllegalArgumentException if a setting is out of its range; the message names it and the range */
        public RecordedEvents<T> build() {
            return new RecordedEvents<>(
                    new Settings<>(
                            queue,
                            epoch,
                            new Peers<>(sourcePeer, ownerPeer),
                            Optional.ofNullable(codec),
                            leaseDuration,
                            requeueDelay,
                            maxAttempts),
                    time,
                    List.of());
        }
    }
}
