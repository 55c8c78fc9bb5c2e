package io.taskqueue.queue;

import io.taskqueue.event.Task;
import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskId;
import io.taskqueue.event.TraceContext;
import io.taskqueue.queue.QueueCore.Recipient;
import io.taskqueue.queue.background.LimitedCall;
import io.taskqueue.tracing.TaskSpans;
import io.taskqueue.tracing.Tracing;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A queue in this process whose tasks are leased: a worker that does not end its lease in time loses it, and the task gets
 * another attempt.
 *
 * <pre>
 *   enqueue -> pending -> lease -> complete -> gone
 *      |          ^         |
 *      |          |         +--- fail, or the lease expires -----+--> dead, once the attempts are used up
 *      |          +------------ after the requeue delay --------+
 *      +-- after the delay of the enqueue
 * </pre>
 *
 * <p>Thread-safe. One lock guards a queue; every change emits one event inside it, so listeners and the journal see events in
 * the order of the changes. Calls that wait are interruptible, and end with {@link QueueClosedException} when the queue is
 * drained, closed or stopped. Tasks are leased by their {@linkplain EnqueueOptions#priority() priority}, and those of the same priority in
 * the order in which they became pending.
 *
 * @param <T> the payload's type
 */
public final class TaskQueue<T> implements AutoCloseable {

    /**
     * How many leases in a row pass over the task that has been pending longest, for tasks of a higher priority; the next lease is of that
     * task. So a low task is leased however many high ones there are.
     */
    public static final int MAX_PASSED_OVER = 9;

    private static final Logger LOG = System.getLogger(TaskQueue.class.getName());

    private static final String LATE =
            "it was closed, but a listener did not return in time. A listener must not block: hand the event to another thread.";

    private final QueueCore<T> core;
    private final AdmissionControl<T> enqueues;
    private final AdmissionControl<T> delayedEnqueues;
    private final AdmissionControl<T> leases;
    private final Lease.Grantor<T> grantor = new LeaseCalls();

    private TaskQueue(QueueSettings<T> settings) {
        core = new QueueCore<>(settings, new SplittableRandom(new SecureRandom().nextLong()));
        enqueues = new AdmissionControl<>(core, "enqueue()", core.lock.enqueues, core.tasks::hasCapacity, 1);
        delayedEnqueues = new AdmissionControl<>(
                core, "enqueue()", core.lock.enqueues, core.tasks::hasCapacity, QueueCore.DELAYED_PLACES);
        leases = new AdmissionControl<>(core, "lease()", core.lock.leases, core::hasLeasable, Leasing.PLACES);
        Sweeper.start(core);
    }

    /** Starts to build a queue of that name; every setting has a default. */
    public static <T> Builder<T> builder(String name) {
        return new Builder<>(name);
    }

    public String name() {
        return core.settings.name();
    }

    /** Whether the queue accepts work, possibly once its recovery is complete: it is not draining, closed or stopped. */
    public boolean isOpen() {
        return core.lifecycle() instanceof QueueLifecycle.Accepting;
    }

    /**
     * Puts a task into the queue, waiting while as many tasks as its capacity are pending or delayed.
     *
     * @throws PayloadRefusedException if the journal refuses the payload; the queue is unchanged
     */
    public TaskId enqueue(T payload) throws InterruptedException {
        return enqueueWaiting(payload, EnqueueOptions.none());
    }

    /** Puts a task into the queue as {@link #enqueue(Object)} does; empty if the timeout was reached. */
    public Optional<TaskId> enqueue(T payload, Duration timeout) throws InterruptedException {
        return enqueue(payload, EnqueueOptions.none(), Ticker.limitNanos(timeout));
    }

    /** Puts a task into the queue as {@link #enqueue(Object)} does, if it need not wait; empty otherwise. */
    public Optional<TaskId> tryEnqueue(T payload) {
        return withoutWaiting(() -> enqueue(payload, EnqueueOptions.none(), 0));
    }

    /**
     * Puts a task into the queue as {@link #enqueue(Object)} does, unless the queue holds a live task of that key: then it changes
     * nothing, does not wait, and returns the identity of that task.
     *
     * @param key the caller's own name for the task, such as the line of its input; it travels with each event of the task
     * @throws IllegalArgumentException if the key is empty, longer than {@value Task#MAX_KEY_BYTES} bytes of UTF-8, or contains an
     *     unpaired surrogate
     */
    public TaskId enqueue(T payload, String key) throws InterruptedException {
        return enqueueWaiting(payload, EnqueueOptions.withKey(key));
    }

    /** Puts a task into the queue as {@link #enqueue(Object, String)} does; empty if the timeout was reached. */
    public Optional<TaskId> enqueue(T payload, String key, Duration timeout) throws InterruptedException {
        return enqueue(payload, EnqueueOptions.withKey(key), Ticker.limitNanos(timeout));
    }

    /** Puts a task into the queue as {@link #enqueue(Object, String)} does, if it need not wait; empty otherwise. */
    public Optional<TaskId> tryEnqueue(T payload, String key) {
        return withoutWaiting(() -> enqueue(payload, EnqueueOptions.withKey(key), 0));
    }

    /**
     * Puts a task into the queue as {@link #enqueue(Object, String)} does if the options have a key, and as {@link #enqueue(Object)} does
     * otherwise. With a delay, the task is delayed: it takes a place of the capacity at once, and is pending when the delay has passed, by
     * the ticker. A drain or a hand-over keeps the moment at which it is available, and so does a recovery.
     */
    public TaskId enqueue(T payload, EnqueueOptions options) throws InterruptedException {
        return enqueueWaiting(payload, options);
    }

    /** Puts a task into the queue as {@link #enqueue(Object, EnqueueOptions)} does; empty if the timeout was reached. */
    public Optional<TaskId> enqueue(T payload, EnqueueOptions options, Duration timeout) throws InterruptedException {
        return enqueue(payload, options, Ticker.limitNanos(timeout));
    }

    /** Puts a task into the queue as {@link #enqueue(Object, EnqueueOptions)} does, if it need not wait; empty otherwise. */
    public Optional<TaskId> tryEnqueue(T payload, EnqueueOptions options) {
        return withoutWaiting(() -> enqueue(payload, options, 0));
    }

    /**
     * Puts tasks into the queue, all or none, as {@link #enqueue(Object)} would one after the other: waits until there is capacity for all of
     * them. Callers that enqueue fewer tasks may come first.
     *
     * @return their identities, in the order of the payloads
     * @throws PayloadRefusedException if the journal refuses a payload; the queue is unchanged
     * @throws IllegalArgumentException if there are more payloads than the capacity, or than the journal has places
     */
    public List<TaskId> enqueueAll(Collection<? extends T> payloads) throws InterruptedException {
        while (true) {
            Optional<List<TaskId>> ids = enqueueAll(payloads, QueueSettings.FOREVER_NANOS);
            if (ids.isPresent()) {
                return ids.get();
            }
        }
    }

    /** Puts tasks into the queue as {@link #enqueueAll(Collection)} does; empty if the timeout was reached. */
    public Optional<List<TaskId>> enqueueAll(Collection<? extends T> payloads, Duration timeout)
            throws InterruptedException {
        return enqueueAll(payloads, Ticker.limitNanos(timeout));
    }

    /**
     * Leases a task, waiting for one: of the pending tasks with the highest priority, the one that has been pending longest; or the one that has
     * been pending longest of all, if the last {@value #MAX_PASSED_OVER} leases have passed it over.
     */
    public Lease<T> lease() throws InterruptedException {
        while (true) {
            Optional<Lease<T>> lease = leaseOne(QueueSettings.FOREVER_NANOS);
            if (lease.isPresent()) {
                return lease.get();
            }
        }
    }

    /** Leases a task as {@link #lease()} does; empty if the timeout was reached. */
    public Optional<Lease<T>> lease(Duration timeout) throws InterruptedException {
        return leaseOne(Ticker.limitNanos(timeout));
    }

    /**
     * Leases tasks as {@link #lease()} would one after the other: waits for the first, and takes further ones that are pending at that
     * moment, as long as the journal has places for them.
     *
     * @param max how many leases at most; at least 1
     * @return at least one lease, in the order in which they were granted
     */
    public List<Lease<T>> lease(int max) throws InterruptedException {
        while (true) {
            List<Lease<T>> granted = leaseAll(max, QueueSettings.FOREVER_NANOS);
            if (!granted.isEmpty()) {
                return granted;
            }
        }
    }

    /** Leases tasks as {@link #lease(int)} does; none if the timeout was reached. */
    public List<Lease<T>> lease(int max, Duration timeout) throws InterruptedException {
        return leaseAll(max, Ticker.limitNanos(timeout));
    }

    /**
     * Completes leases as {@link Lease#complete} would one after the other. One that fails, because its lease was lost, does not keep the
     * others from being completed.
     *
     * @throws LeaseLostException if a lease was lost: the error of the first that failed, with those of the others as suppressed ones.
     *     All others are completed
     * @throws IllegalArgumentException if a lease was granted by another queue; nothing has changed then
     */
    public void completeAll(Collection<Lease<T>> leases) {
        List<Lease<T>> completed = List.copyOf(leases);
        for (Lease<T> lease : completed) {
            if (!lease.isGrantedBy(grantor)) {
                throw new IllegalArgumentException(lease + " was not granted by this queue, " + name()
                        + ", so completeAll() was refused. Complete the leases of each queue by the queue that granted them;"
                        + " none was completed.");
            }
        }
        Optional<RuntimeException> failure =
                core.perform("completeAll()", () -> core.leasing.completeAll(completed, "completeAll()"));
        if (failure.isPresent()) {
            throw failure.get();
        }
    }

    /** Leases a task as {@link #lease()} does, if it need not wait; empty otherwise. */
    public Optional<Lease<T>> tryLease() {
        return withoutWaiting(() -> leaseOne(0));
    }

    /**
     * Puts drained or dead tasks back, all or none, with their identity, attempt, last error and key. They become pending behind
     * the tasks that are pending already, in the order given; those whose enqueue had a delay that has not passed are delayed. The capacity
     * does not limit them, and the call does not wait. Each gets another attempt, also if its attempts are used up.
     *
     * @throws IllegalArgumentException if the queue holds a live task of the same identity, or the identity is given twice
     * @throws IllegalStateException if the queue is recovering its tasks
     * @throws PayloadRefusedException if the journal refuses a payload
     */
    public void restore(Collection<DrainedTask<T>> tasks) {
        List<DrainedTask<T>> restored = List.copyOf(tasks);
        List<byte[]> bytes = encoded("restore()", restored.stream().map(DrainedTask::task));
        run("restore()", () -> {
            core.requireAccepting("restore()");
            core.restore(restored, bytes);
        });
    }

    /**
     * Puts the live tasks of an earlier queue into this one, all or none, in the state that each is in; the capacity does not limit
     * them, and the call does not wait. Ends the recovery of a queue that {@link #attachRecovering} began. Emits one Restored for each
     * task: first for the pending ones, in the order given, then for the delayed and the leased ones.
     *
     * @throws IllegalArgumentException if the queue holds a live task of the same identity, or the identity is given twice
     * @throws PayloadRefusedException if the journal refuses a payload
     */
    public void recover(List<RecoveredTask<T>> tasks) {
        List<RecoveredTask<T>> recovered = List.copyOf(tasks);
        List<byte[]> bytes = encoded("recover()", recovered.stream().map(RecoveredTask::task));
        run("recover()", () -> {
            core.requireAccepting("recover()");
            core.recover(recovered, bytes);
        });
    }

    /**
     * Emits a Snapshot for each of the given tasks that is still live, which changes no state; for as many as the journal has room for
     * at once. Takes time in proportion to the live tasks, inside the queue's lock.
     *
     * @return how many events it emitted
     */
    public int writeSnapshots(Collection<TaskId> tasks) {
        Set<TaskId> wanted = Set.copyOf(tasks);
        return core.perform("writeSnapshots()", () -> core.writeSnapshots(wanted));
    }

    /**
     * Ends the queue as {@link #drain} does, but leaves what is left for the next owner of the queue, whose recovery restores it.
     *
     * @param grace how long holders of leases may take
     * @return how many tasks are left
     * @throws QueueClosedException if the queue is stopped, also while this call waits
     */
    public int handOver(Duration grace) {
        return drain("handOver()", grace, Recipient.NEXT_OWNER).size();
    }

    /**
     * Ends the queue and returns its tasks: accepts no more work, grants no more leases, waits for the holders of leases, then
     * removes the pending and delayed tasks, and the leased ones, whose leases it revokes. An interruption ends the waiting,
     * not the drain, and the thread stays interrupted. A queue that has been drained or closed holds no tasks, so a second call
     * returns none; while another thread drains the queue, it waits for that first.
     *
     * @param timeout how long holders of leases may take
     * @return the tasks, for {@link #restore}
     * @throws QueueClosedException if the queue is stopped, also while this call waits
     */
    public List<DrainedTask<T>> drain(Duration timeout) {
        return drain("drain()", timeout, Recipient.CALLER);
    }

    /**
     * Ends the queue as {@link #handOver} does, with the grace given to the builder; how many tasks are left is logged. Does nothing on
     * a queue that has ended. With a {@linkplain Ticker#isManual manual ticker}, it does not wait for the holders of leases.
     */
    @Override
    public void close() {
        drainForNextOwner(() -> false);
        closeDeadLetters();
    }

    /**
     * Closes the queue as {@link #close()} does, but returns after the limit also if a listener does not: one that this close calls, or one
     * that another call is in. The queue is then stopped as soon as that listener returns, and what it holds is left to the next owner.
     * Listeners are called on a thread for that.
     *
     * @param limit how long listeners may take, besides the grace for the holders of leases
     * @return whether the queue has ended
     */
    public boolean close(Duration limit) {
        core.lock.requireNotHeld("close()");
        AtomicBoolean late = new AtomicBoolean();
        boolean ended = LimitedCall.run(
                "taskqueue-close-" + name(),
                () -> drainForNextOwner(late::get),
                closeGrace().toNanos() + Ticker.limitNanos(limit));
        late.set(!ended);
        closeDeadLetters();
        return ended;
    }

    /** @param late whether it is too late for that: the queue is stopped then */
    private void drainForNextOwner(BooleanSupplier late) {
        try {
            List<DrainedTask<T>> left = core.perform("close()", () -> {
                if (late.getAsBoolean()) {
                    core.stop(LATE, null);
                }
                return core.drain("close()", Ticker.limitNanos(closeGrace()), Recipient.NEXT_OWNER);
            });
            if (!left.isEmpty()) {
                LOG.log(
                        Level.WARNING,
                        "Queue {0} was closed with {1} tasks left. They are recorded as handed over: the recovery of the next owner "
                                + "restores them. Call drain() before close() to receive them instead.",
                        name(),
                        left.size());
            }
        } catch (QueueClosedException e) {
            LOG.log(Level.DEBUG, "Queue {0} was stopped before it was closed.", name());
        }
    }

    /**
     * Ends the queue at once and changes nothing any more, because it no longer owns its tasks: no event follows, and every
     * call that changes something is refused, those of running leases too. Does nothing on a queue that has ended.
     *
     * @param reason a sentence that states why and what to do; it is part of the error of later calls
     */
    public void stop(String reason) {
        stop(reason, null);
    }

    /**
     * Ends the queue as {@link #stop(String)} does.
     *
     * @param cause the cause of the errors of later calls
     */
    public void stop(String reason, @Nullable Throwable cause) {
        core.lock.enter("stop()");
        try {
            core.stop(reason, cause);
        } finally {
            core.lock.exit();
        }
    }

    /** The queue at this moment. Never waits for room. */
    public QueueSnapshot<T> snapshot() {
        return core.perform("snapshot()", core::snapshot);
    }

    /** The counts of the queue at this moment. Never waits for room; takes constant time. */
    public QueueCounts counts() {
        return core.perform("counts()", core::counts);
    }

    /**
     * Adds a listener, which receives every event from now on, after the listeners that were added before. Takes no lock, so
     * any thread may call it, a listener too.
     *
     * @return the registration, whose end removes the listener
     */
    public QueueListener.Registration addListener(QueueListener<T> listener) {
        return core.events.addListener(Objects.requireNonNull(listener, "listener"));
    }

    /**
     * Attaches the journal, which receives every event from now on.
     *
     * @throws IllegalStateException if the queue has a journal, or has been used: an enqueue or restore was called
     */
    public void attach(Journal<T> journal) {
        Objects.requireNonNull(journal, "journal");
        run("attach()", () -> core.events.attach(journal));
    }

    /**
     * Attaches the journal as {@link #attach} does, to a queue whose tasks will be recovered: until {@link #recover} has been called,
     * enqueues and leases wait within their time limits, and {@link #restore} is refused.
     *
     * @throws IllegalStateException as {@link #attach}
     */
    public void attachRecovering(Journal<T> journal) {
        Objects.requireNonNull(journal, "journal");
        run("attachRecovering()", () -> core.attachRecovering(journal));
    }

    /** Lets calls of {@link #lease()} that wait ask again whether the journal grants leases; see {@link Journal#grantsLeases}. */
    public void recheckLeases() {
        core.lock.enter("recheckLeases()");
        try {
            core.lock.leases.wakeAll();
        } finally {
            core.lock.exit();
        }
    }

    /**
     * Throws as a call would now, if the calling thread is in a listener of the queue. Never waits.
     *
     * @param call what is called, for the error
     */
    public void requireNotInListener(String call) {
        core.lock.requireNotHeld(call);
    }

    /** Throws as {@link #attach} would now: for a journal that has to act elsewhere before it can be attached. */
    public void requireAttachable() {
        run("requireAttachable()", core.events::requireAttachable);
    }

    private TaskId enqueueWaiting(T payload, EnqueueOptions options) throws InterruptedException {
        while (true) {
            Optional<TaskId> id = enqueue(payload, options, QueueSettings.FOREVER_NANOS);
            if (id.isPresent()) {
                return id.get();
            }
        }
    }

    private Optional<TaskId> enqueue(T payload, EnqueueOptions options, long limitNanos) throws InterruptedException {
        Objects.requireNonNull(payload, "payload");
        if (!core.settings.spans().isOn()) {
            return enqueue(payload, options, null, limitNanos);
        }
        return EnqueueSpan.around(core.settings, 1, trace -> enqueue(payload, options, trace, limitNanos));
    }

    private Optional<TaskId> enqueue(T payload, EnqueueOptions options, @Nullable TraceContext trace, long limitNanos)
            throws InterruptedException {
        boolean delayed = !options.delay().isZero();
        byte[] bytes = core.usedJournal("enqueue()").encode(payload);
        return (delayed ? delayedEnqueues : enqueues).admit(limitNanos, new AdmissionControl.Admitted<>() {
            @Override
            public @Nullable TaskId settled() {
                return core.live(options.key());
            }

            @Override
            public TaskId perform() {
                QueueCore.NewTask<T> task = new QueueCore.NewTask<>(payload, bytes, options, trace);
                return delayed ? core.enqueueDelayed(task) : core.enqueue(task);
            }
        });
    }

    private Optional<List<TaskId>> enqueueAll(Collection<? extends T> payloads, long limitNanos)
            throws InterruptedException {
        List<T> all = List.copyOf(payloads);
        int capacity = core.settings.capacity();
        if (all.size() > capacity) {
            throw new IllegalArgumentException("enqueueAll() was called with " + all.size() + " payloads, but queue "
                    + name() + " has a capacity of " + capacity + ". Raise capacity, or enqueue at most " + capacity
                    + " at once.");
        }
        if (all.isEmpty()) {
            return Optional.of(List.of());
        }
        if (!core.settings.spans().isOn()) {
            return enqueueAll(all, null, limitNanos);
        }
        return EnqueueSpan.around(core.settings, all.size(), trace -> enqueueAll(all, trace, limitNanos));
    }

    private Optional<List<TaskId>> enqueueAll(List<T> all, @Nullable TraceContext trace, long limitNanos)
            throws InterruptedException {
        Journal<T> journal = core.usedJournal("enqueueAll()");
        List<byte[]> bytes = all.stream().map(journal::encode).toList();
        List<TaskId> ids = new ArrayList<>(all.size());
        AdmissionControl<T> batch = new AdmissionControl<>(
                core, "enqueueAll()", core.lock.batches, () -> core.tasks.hasCapacity(all.size()), all.size());
        return batch.admit(limitNanos, new AdmissionControl.Admitted<>() {
            @Override
            public List<TaskId> perform() {
                core.enqueueAll(all, bytes, trace, ids);
                return Collections.unmodifiableList(ids);
            }

            @Override
            public int used() {
                return ids.size();
            }
        });
    }

    private List<Lease<T>> leaseAll(int max, long limitNanos) throws InterruptedException {
        if (max < 1) {
            throw new IllegalArgumentException(
                    "lease() was called for at most " + max + " tasks. Ask for at least 1 task.");
        }
        return leases.admit(limitNanos, () -> core.leaseAll(grantor, max)).orElse(List.of());
    }

    private List<byte[]> encoded(String call, Stream<Task<T>> tasks) {
        Journal<T> journal = core.usedJournal(call);
        return tasks.map(task -> journal.encode(task.payload())).toList();
    }

    private Optional<Lease<T>> leaseOne(long limitNanos) throws InterruptedException {
        return leases.admit(limitNanos, () -> core.leasing.grant(grantor));
    }

    private List<DrainedTask<T>> drain(String call, Duration timeout, Recipient recipient) {
        List<DrainedTask<T>> drained =
                core.perform(call, () -> core.drain(call, Ticker.limitNanos(timeout), recipient));
        closeDeadLetters();
        return drained;
    }

    /** How long close() waits for holders: not at all by a ticker that a test moves, which might be waiting for close() itself. */
    private Duration closeGrace() {
        return core.settings.time().ticker().isManual()
                ? Duration.ZERO
                : core.settings.timing().closeGrace();
    }

    private void closeDeadLetters() {
        core.deadLetters.close(core.settings.timing().closeGrace().toNanos());
    }

    private void run(String call, Runnable action) {
        var unused = core.perform(call, () -> {
            action.run();
            return call;
        });
    }

    private static <R> Optional<R> withoutWaiting(Attempt<R> attempt) {
        try {
            return attempt.run();
        } catch (InterruptedException e) {
            throw new IllegalStateException("A call that does not wait was interrupted. This is a defect.", e);
        }
    }

    private interface Attempt<R> {
        Optional<R> run() throws InterruptedException;
    }

    /** What holders call on their leases. */
    private final class LeaseCalls implements Lease.Grantor<T> {

        @Override
        public void heartbeat(Lease<T> lease) {
            TaskQueue.this.run("heartbeat()", () -> core.leasing.heartbeat(lease));
        }

        @Override
        public void complete(Lease<T> lease) {
            TaskQueue.this.run("complete()", () -> core.leasing.complete(lease, "complete()"));
        }

        @Override
        public void fail(Lease<T> lease, TaskError error, boolean requeue) {
            TaskQueue.this.run("fail()", () -> core.leasing.fail(lease, error, requeue));
        }
    }

    /** Collects the settings of a queue; {@link #build} validates them. Not thread-safe. */
    public static final class Builder<T> {

        private static final Duration HEARTBEAT_INTERVAL = Duration.ofSeconds(5);

        private final String name;
        private final List<QueueListener<T>> listeners = new ArrayList<>();
        private int capacity = 512;
        private int maxAttempts = 5;
        private Duration leaseDuration = Duration.ofSeconds(30);
        private @Nullable Duration heartbeatInterval;
        private Duration sweepInterval = Duration.ofSeconds(1);
        private Duration requeueDelay = Duration.ZERO;
        private Duration closeGrace = Duration.ofSeconds(5);
        private Clock clock = Clock.systemUTC();
        private Ticker ticker = Ticker.system();
        private final List<DeadLetterHandler<T>> deadLetterHandlers = new ArrayList<>();
        private int deadLetterCapacity = 10_000;
        private Tracing tracing = Tracing.NONE;

        private Builder(String name) {
            this.name = Objects.requireNonNull(name, "name");
        }

        /** How many tasks may be pending or delayed before an enqueue waits; 512. It does not limit requeue and restore. */
        public Builder<T> capacity(int capacity) {
            this.capacity = capacity;
            return this;
        }

        /** How many attempts a task has, ended by failure or expiry, before it is dead; 5. */
        public Builder<T> maxAttempts(int maxAttempts) {
            this.maxAttempts = maxAttempts;
            return this;
        }

        /** How long a lease lasts without a heartbeat; 30 s. */
        public Builder<T> leaseDuration(Duration leaseDuration) {
            this.leaseDuration = Objects.requireNonNull(leaseDuration, "leaseDuration");
            return this;
        }

        /** The minimum time between two extensions of a lease: an earlier heartbeat does nothing; 5 s, but at most half the lease duration. */
        public Builder<T> heartbeatInterval(Duration heartbeatInterval) {
            this.heartbeatInterval = Objects.requireNonNull(heartbeatInterval, "heartbeatInterval");
            return this;
        }

        /** How late a lease expires, at most, while nobody calls the queue; 1 s. */
        public Builder<T> sweepInterval(Duration sweepInterval) {
            this.sweepInterval = Objects.requireNonNull(sweepInterval, "sweepInterval");
            return this;
        }

        /** How long a task waits after a failure or an expiry until it is pending again; 0. */
        public Builder<T> requeueDelay(Duration requeueDelay) {
            this.requeueDelay = Objects.requireNonNull(requeueDelay, "requeueDelay");
            return this;
        }

        /** How long {@link TaskQueue#close} waits for holders of leases, and for the dead-letter handler; 5 s. */
        public Builder<T> closeGrace(Duration closeGrace) {
            this.closeGrace = Objects.requireNonNull(closeGrace, "closeGrace");
            return this;
        }

        /** The clock of the instants in events; the system's. */
        public Builder<T> clock(Clock clock) {
            this.clock = Objects.requireNonNull(clock, "clock");
            return this;
        }

        /**
         * The ticker of deadlines; {@link Ticker#system()}. Time limits of calls run in real time; they also end when a
         * {@linkplain Ticker#isManual manual ticker} has moved by them.
         */
        public Builder<T> ticker(Ticker ticker) {
            this.ticker = Objects.requireNonNull(ticker, "ticker");
            return this;
        }

        /** Adds a handler of dead tasks; they are called in the order in which they were added. */
        public Builder<T> deadLetterHandler(DeadLetterHandler<T> handler) {
            deadLetterHandlers.add(Objects.requireNonNull(handler, "handler"));
            return this;
        }

        /**
         * How many dead tasks may wait for the handlers; 10,000. Further ones are not passed to them, which is counted and
         * logged; their events are emitted all the same.
         */
        public Builder<T> deadLetterCapacity(int tasks) {
            this.deadLetterCapacity = tasks;
            return this;
        }

        /**
         * Adds a listener; they are called in the order in which they were added. {@link TaskQueue#addListener} adds one later.
         */
        public Builder<T> listener(QueueListener<T> listener) {
            listeners.add(Objects.requireNonNull(listener, "listener"));
            return this;
        }

        /**
         * Where the spans of enqueues and leases go; {@link Tracing#NONE}. With it, each task carries the trace of its enqueue through
         * all its attempts and owners.
         */
        public Builder<T> tracing(Tracing tracing) {
            this.tracing = Objects.requireNonNull(tracing, "tracing");
            return this;
        }

        /** @throws IllegalArgumentException if a setting is out of its range; the message names it and the range */
        public TaskQueue<T> build() {
            Duration half = leaseDuration.dividedBy(2);
            Duration byDefault = half.compareTo(HEARTBEAT_INTERVAL) < 0 ? half : HEARTBEAT_INTERVAL;
            return new TaskQueue<>(new QueueSettings<>(
                    name,
                    capacity,
                    maxAttempts,
                    new QueueSettings.Timing(
                            leaseDuration,
                            heartbeatInterval == null ? byDefault : heartbeatInterval,
                            sweepInterval,
                            requeueDelay,
                            closeGrace),
                    new QueueSettings.TimeSource(clock, ticker),
                    new QueueSettings.Callbacks<>(listeners, deadLetterHandlers, deadLetterCapacity),
                    TaskSpans.of(tracing)));
        }
    }
}
