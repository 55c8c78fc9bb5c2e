package io.taskqueue.queue;

import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskId;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A queue in this process whose tasks are leased: a worker that does not end its lease in time loses it, and the task is tried
 * again.
 *
 * <pre>
 *   enqueue -> pending -> lease -> complete -> gone
 *                 ^         |
 *                 |         +--- fail, or the lease runs out ---+--> dead, once the attempts are used up
 *                 +------------ after the requeue delay --------+
 * </pre>
 *
 * <p>Thread-safe. One lock guards a queue; every change makes one event inside it, so listeners and the journal see events in
 * the order of the changes. Calls that wait are interruptible, and end with {@link QueueClosedException} when the queue is
 * drained, closed or stopped. Tasks are leased in the order in which they became pending.
 *
 * @param <T> the payload's type
 */
public final class TaskQueue<T> implements AutoCloseable {

    private static final Logger LOG = System.getLogger(TaskQueue.class.getName());

    private final QueueCore<T> core;
    private final QueueMonitor monitor;
    private final DeadLetters<T> deadLetters;
    private final Turnstile<T> enqueues;
    private final Turnstile<T> leases;

    private TaskQueue(Builder<T> from, QueueSettings settings) {
        String name = settings.name();
        monitor = new QueueMonitor(name);
        deadLetters = new DeadLetters<>(name, from.deadLetterHandler);
        core = new QueueCore<>(new QueueCore.Parts<>(
                settings,
                new QueueClock(from.clock, from.ticker),
                monitor,
                new Emitter<>(name, from.listeners, monitor),
                deadLetters,
                LeaseIds.seededAtRandom()));
        enqueues = new Turnstile<>(core, "enqueue()", monitor.room, core.tasks::hasRoom, 1);
        leases = new Turnstile<>(core, "lease()", monitor.work, core.tasks::hasPending, Leasing.PLACES);
        new Sweeper<>(core).start();
    }

    /** Starts a queue of that name; its settings have defaults. */
    public static <T> Builder<T> builder(String name) {
        return new Builder<>(name);
    }

    public String name() {
        return core.settings.name();
    }

    /** Whether the queue takes work: it is not draining, closed or stopped. */
    public boolean isOpen() {
        return core.life() instanceof QueueLife.Open;
    }

    /**
     * Puts a task into the queue, waiting while as many tasks as its capacity are pending or delayed.
     *
     * @throws PayloadRefusedException if the journal cannot take the payload; the queue is unchanged
     */
    public TaskId enqueue(T payload) throws InterruptedException {
        while (true) {
            Optional<TaskId> id = enqueue(payload, LeaseTimes.forever());
            if (id.isPresent()) {
                return id.get();
            }
        }
    }

    /** Puts a task into the queue as {@link #enqueue(Object)} does, waiting no longer than told; empty if the time was up. */
    public Optional<TaskId> enqueue(T payload, Duration timeout) throws InterruptedException {
        return enqueue(payload, LeaseTimes.limitNanos(timeout));
    }

    /** Puts a task into the queue as {@link #enqueue(Object)} does, if it need not wait; empty otherwise. */
    public Optional<TaskId> tryEnqueue(T payload) {
        return withoutWaiting(() -> enqueue(payload, 0));
    }

    /** Leases the task that has been pending longest, waiting for one. */
    public Lease<T> lease() throws InterruptedException {
        while (true) {
            Optional<Lease<T>> lease = lease(LeaseTimes.forever());
            if (lease.isPresent()) {
                return lease.get();
            }
        }
    }

    /** Leases a task as {@link #lease()} does, waiting no longer than told; empty if the time was up. */
    public Optional<Lease<T>> lease(Duration timeout) throws InterruptedException {
        return lease(LeaseTimes.limitNanos(timeout));
    }

    /** Leases a task as {@link #lease()} does, if it need not wait; empty otherwise. */
    public Optional<Lease<T>> tryLease() {
        return withoutWaiting(() -> lease(0));
    }

    /**
     * Puts drained tasks back, all or none, with their identity, attempt and last error. They are pending behind what is, in
     * the order given; the capacity does not bound them, and the call does not wait.
     *
     * @throws IllegalArgumentException if the queue holds a task of the same identity, or the identity is given twice
     * @throws PayloadRefusedException if the journal cannot take a payload
     */
    public void restore(Collection<DrainedTask<T>> tasks) {
        new Restoration<>(core).restore(tasks);
    }

    /**
     * Ends the queue and hands its tasks out: takes no more work, grants no more leases, waits for the holders of leases, then
     * takes out the pending and delayed tasks, and those whose leases are left, which it revokes. An interruption ends the
     * waiting, not the drain, and is kept.
     *
     * @param timeout how long holders of leases may take
     * @return the tasks, for {@link #restore}
     * @throws QueueClosedException if the queue was drained or closed before, or is stopped meanwhile
     */
    public List<DrainedTask<T>> drain(Duration timeout) {
        return new Closing<>(core, deadLetters).drain("drain()", timeout);
    }

    /**
     * Ends the queue as {@link #drain} does, with the grace given to the builder; what is left is recorded as drained, so that a
     * recovery can restore it, and its count is logged. Does nothing on a queue that has ended.
     */
    @Override
    public void close() {
        List<DrainedTask<T>> left = new Closing<>(core, deadLetters).close();
        if (!left.isEmpty()) {
            LOG.log(
                    Level.WARNING,
                    "Queue {0} was closed with {1} tasks left. They are recorded as Drained; call drain() before close() to "
                            + "keep them.",
                    name(),
                    left.size());
        }
    }

    /**
     * Ends the queue at once and changes nothing any more, because it no longer owns its tasks: no event follows, and every
     * call that changes something is refused, those of running leases too. Does nothing on a queue that has ended.
     *
     * @param reason a sentence that says why and what to do, part of the error that later calls get
     */
    public void stop(String reason) {
        monitor.enter("stop()");
        try {
            core.stop(reason, null);
        } finally {
            monitor.exit();
        }
    }

    /** The queue at this moment. Never waits for room. */
    public QueueSnapshot<T> snapshot() {
        return inside("snapshot()", () -> new Census<>(core, deadLetters).snapshot());
    }

    /** The queue in numbers, at this moment. Never waits for room; takes constant time. */
    public QueueCounts counts() {
        return inside("counts()", () -> new Census<>(core, deadLetters).counts());
    }

    /**
     * Makes every event from now on go to the journal.
     *
     * @throws IllegalStateException if the queue has a journal, or has been used: an enqueue or restore was called
     */
    public void attach(Journal<T> journal) {
        Objects.requireNonNull(journal, "journal");
        inside("attach()", () -> {
            core.emitter.attach(journal);
            return true;
        });
    }

    /** Throws as {@link #attach} would now: for a journal that has to act elsewhere before it can be attached. */
    public void requireAttachable() {
        inside("requireAttachable()", () -> {
            core.emitter.requireAttachable();
            return true;
        });
    }

    void heartbeat(Grant<T> grant) {
        inside("heartbeat()", () -> {
            core.leasing.heartbeat(grant);
            return grant;
        });
    }

    void complete(Grant<T> grant) {
        inside("complete()", () -> {
            core.leasing.complete(grant);
            return grant;
        });
    }

    void fail(Grant<T> grant, TaskError error, boolean requeue) {
        inside("fail()", () -> {
            core.leasing.fail(grant, error, requeue);
            return grant;
        });
    }

    private Optional<TaskId> enqueue(T payload, long limitNanos) throws InterruptedException {
        Objects.requireNonNull(payload, "payload");
        byte[] bytes = core.usedJournal("enqueue()").encode(payload);
        return enqueues.pass(limitNanos, () -> core.enqueue(payload, bytes));
    }

    private Optional<Lease<T>> lease(long limitNanos) throws InterruptedException {
        return leases.pass(limitNanos, () -> new Lease<>(this, core.lease()));
    }

    /** Runs inside the lock, after what is due has happened. */
    private <R> R inside(String call, Supplier<R> action) {
        monitor.enter(call);
        try {
            core.sweep();
            return action.get();
        } finally {
            monitor.exit();
        }
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

    /** The settings of a queue, each with a default; {@link #build} checks them. Not thread-safe. */
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
        private @Nullable DeadLetterHandler<T> deadLetterHandler;

        private Builder(String name) {
            this.name = Objects.requireNonNull(name, "name");
        }

        /** How many tasks may be pending or delayed before an enqueue waits; 512. Requeue and restore are not bounded. */
        public Builder<T> capacity(int capacity) {
            this.capacity = capacity;
            return this;
        }

        /** How often a task is tried, by failure or expiry, before it is dead; 5. */
        public Builder<T> maxAttempts(int maxAttempts) {
            this.maxAttempts = maxAttempts;
            return this;
        }

        /** How long a lease lasts without a heartbeat; 30 s. */
        public Builder<T> leaseDuration(Duration leaseDuration) {
            this.leaseDuration = Objects.requireNonNull(leaseDuration, "leaseDuration");
            return this;
        }

        /** Within which a further heartbeat does nothing; 5 s, but at most half the lease duration. */
        public Builder<T> heartbeatInterval(Duration heartbeatInterval) {
            this.heartbeatInterval = Objects.requireNonNull(heartbeatInterval, "heartbeatInterval");
            return this;
        }

        /** How late at the most a lease expires in a queue that no one calls; 1 s. */
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

        /** Tells the instants in events; the system's clock. */
        public Builder<T> clock(Clock clock) {
            this.clock = Objects.requireNonNull(clock, "clock");
            return this;
        }

        /** Tells the time for deadlines; {@link Ticker#system()}. The time limits of calls are real time, whatever it says. */
        public Builder<T> ticker(Ticker ticker) {
            this.ticker = Objects.requireNonNull(ticker, "ticker");
            return this;
        }

        /** Takes care of dead tasks; none. */
        public Builder<T> deadLetterHandler(DeadLetterHandler<T> handler) {
            this.deadLetterHandler = Objects.requireNonNull(handler, "handler");
            return this;
        }

        /** Adds a listener; they are called in the order in which they were added. */
        public Builder<T> listener(QueueListener<T> listener) {
            listeners.add(Objects.requireNonNull(listener, "listener"));
            return this;
        }

        /** @throws IllegalArgumentException if a setting is out of its range; the message says which, and what is allowed */
        public TaskQueue<T> build() {
            Duration half = leaseDuration.dividedBy(2);
            Duration byDefault = half.compareTo(HEARTBEAT_INTERVAL) < 0 ? half : HEARTBEAT_INTERVAL;
            LeaseTimes times = new LeaseTimes(
                    leaseDuration,
                    heartbeatInterval == null ? byDefault : heartbeatInterval,
                    sweepInterval,
                    requeueDelay);
            return new TaskQueue<>(this, new QueueSettings(name, capacity, maxAttempts, closeGrace, times));
        }
    }
}
