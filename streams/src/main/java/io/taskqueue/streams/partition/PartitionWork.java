package io.taskqueue.streams.partition;

import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.logging.LogFields;
import io.taskqueue.serde.EventHeaders;
import io.taskqueue.serde.ReplicationEventCodec;
import io.taskqueue.sink.SinkStoppedException;
import io.taskqueue.streams.checkpoint.Arrival;
import io.taskqueue.streams.checkpoint.LogState;
import io.taskqueue.streams.execution.CircuitBreaker;
import io.taskqueue.streams.execution.KeyedExecutor;
import io.taskqueue.streams.execution.WorkerThreads;
import io.taskqueue.streams.log.LogReplacedException;
import io.taskqueue.streams.log.LostPosition;
import io.taskqueue.streams.log.ReportedLog;
import io.taskqueue.streams.replay.MovedOffsets;
import io.taskqueue.streams.results.ResultsPurge;
import io.taskqueue.streams.settings.SinkSettings;
import io.taskqueue.streams.state.RecordLimit;
import io.taskqueue.streams.status.SinkProgress;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The work of one partition: takes records, lets events be dispatched and outcomes recorded, and writes its state at commit. For the
 * stream thread only, but for what {@link SinkLifecycle.Member} declares otherwise.
 *
 * <pre>
 *   begin, restore, moved                     the partition is assigned, or begins at an offset reset
 *   beginPass, then                           for each record, and each tick
 *     adopt                                     the topic's id and start, where the cluster reports others
 *     reading                                   before each record: whether the log still holds what was read
 *     skip | takeOrHold(accept | undecodable) | execute    a record: of another queue, an event, or a command
 *       advance, purgeForRecord, awaitCapacity        then outcomes of workers, and released events
 *     tick                                      no record: the same, purge, status; and how soon the next pass is needed
 *     awaitsCommit, mark, ticks                 what Kafka Streams is requested to do
 *   endPass
 *   beforeCommit                              within the transaction, just before it commits
 *   release                                   the partition is revoked
 * </pre>
 */
public final class PartitionWork<T> implements SinkLifecycle.Member {

    /** How soon outcomes are noticed when no record arrives. */
    public static final Duration TICK = Duration.ofMillis(5);

    /** The same while workers wait for a commit, after which the next pass lets them continue. */
    private static final Duration TICK_AFTER_COMMIT = Duration.ofMillis(1);

    /** The number of events by which capacity grows before a stream thread that waits for it is woken, at most. */
    private static final int CAPACITY_STEP = 32;

    /** So many records are taken for each step of a purge while more wait: four results are looked at for each that may be recorded. */
    private static final int RECORDS_A_PURGE = ResultsPurge.STEP / 4;

    /** Kafka Streams keeps a cancelled tick until its time, and the clock may be set back meanwhile. */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

    /** The threads that apply events, whether they may call the target, and how often. */
    public record Workers(WorkerThreads threads, CircuitBreaker breaker, SinkRate rate) {}

    /** The sink and the partition to which the work belongs. */
    record Scope<T>(SinkSettings<T> settings, SinkProgress progress, int partition, Supplier<RecordLimit> limit) {}

    private final SinkSettings<T> settings;
    private final SinkLifecycle sink;
    private final int partition;
    private final PartitionLifecycle lifecycle = new PartitionLifecycle();
    private final OutcomeQueue outcomes = new OutcomeQueue();
    private final Intents intents;
    private final PartitionState<T> state;
    private final KeyedExecutor<InFlightEvent<T>> executor;
    private final EventDispatcher<T> dispatcher;
    private final SinkCommands commands;
    private CommitPhase commit = CommitPhase.COMMITTED;
    private long lastOffset = -1;
    private long resumesAtNanos;
    private int takenSincePurge;
    private boolean takenSinceTick;

    /** Loads what the stores hold; {@link #restore} resumes it. */
    public PartitionWork(
            SinkSettings<T> settings,
            Workers workers,
            SinkProgress progress,
            SinkLifecycle sink,
            PartitionStores stores,
            ReportedLog log) {
        this.settings = settings;
        this.sink = sink;
        this.partition = log.partition();
        this.state = new PartitionState<>(settings, progress, stores, log, workers.rate());
        this.intents = new Intents(lifecycle, workers.threads()::pause);
        this.executor = new KeyedExecutor<>(
                lifecycle,
                workers.threads(),
                workers.breaker(),
                workers.rate().limiter(),
                new EventApplier<>(
                        settings,
                        workers.breaker(),
                        outcomes,
                        lifecycle::revoked,
                        progress.latency(),
                        LogFields.ofSink(settings.name()).partition(partition)),
                settings.instruments().ticker());
        this.dispatcher = new EventDispatcher<>(
                new Scope<>(settings, progress, partition, stores.limit()),
                state,
                intents,
                outcomes,
                executor,
                this::fail);
        this.commands = new SinkCommands(settings.name(), state);
    }

    @Override
    public int partition() {
        return partition;
    }

    public PartitionLifecycle lifecycle() {
        return lifecycle;
    }

    /**
     * Compares the log with what was read of it, before anything is resumed.
     *
     * @param committed what the group has committed, where known
     * @param shortenedTo where the log and what was read of it part, where that was found while the sink ran
     * @return whether the partition is to be read from the start of its log, because it is another one now
     */
    public boolean begin(OptionalLong committed, OptionalLong shortenedTo) {
        return state.begin(committed, shortenedTo);
    }

    /**
     * Resumes what was in flight at the last commit. No worker begins before the first pass.
     *
     * @return the records that were held when the sink halted, by offset; to be accepted now
     * @throws SinkStoppedException if an event in flight cannot be decoded any more
     */
    public Map<Long, HeldRecord> restore(ReplicationEventCodec<T> codec) {
        lifecycle.start();
        state.parking().tooMany().ifPresent(this::fail);
        sink.join(this);
        dispatcher.restore(codec);
        state.adoptLatest();
        return state.inFlight().releaseHeld();
    }

    /** The partition begins where it was moved for an operator's order. */
    public void moved(MovedOffsets.Move move) {
        state.history().moved(move);
    }

    /**
     * Adopts what the cluster reports of the event topic.
     *
     * @throws LogReplacedException if it is another one
     */
    public void adopt(LogState now) {
        state.adopt(now);
    }

    /**
     * The next record of the event topic is at an offset.
     *
     * @param lost whether the log did not hold the one that was to be read
     * @throws LogReplacedException if it is of another topic
     */
    public void reading(long offset, Optional<LostPosition> lost) {
        if (lost.isPresent() || offset <= lastOffset) {
            state.compareNow(lost);
        }
        lastOffset = offset;
    }

    /** The partition is revoked: what still runs is interrupted, and its next owner applies it. */
    public void release() {
        sink.leave(this);
        lifecycle.release();
        executor.leaveTarget();
        withdrawIntents(); // threads of the user's own may wait for one
        state.inFlight().partitionReleased();
        if (sink.state() != SinkLifecycle.State.CLOSING) {
            state.parking().partitionReleased();
            state.history().partitionReleased(); // when closing, the last status stays
        }
    }

    /**
     * Begins a pass: the last commit has succeeded, and the partition was not revoked.
     *
     * @return whether a commit is to be requested now, because the sink fails after it
     * @throws SinkStoppedException the failure of this partition, after the outcomes of the other events are committed
     */
    public boolean beginPass() {
        commit = commit.beginPass();
        Optional<SinkStoppedException> failure = lifecycle.failure();
        if (failure.isPresent() && lifecycle.state() == PartitionLifecycle.State.FAILED) {
            throw failure.get();
        }
        intents.committed();
        sink.resumed(this);
        state.history().clear();
        resume();
        return failure.isPresent();
    }

    private void resume() {
        if (lifecycle.beginPass(sink.stopping())) {
            executor.resumeHeld();
        } else if (lifecycle.state() == PartitionLifecycle.State.STOPPING) {
            withdrawIntents();
        }
    }

    /**
     * Takes a record of the event topic. Where the sink must halt before it, running work is recorded first, because after an
     * immediate failure all of it would run again. The record and all later ones are held meanwhile: stored, because their offsets
     * are committed with that.
     *
     * @param record the record, to be held
     * @param take calls {@link #accept} or {@link #undecodable}
     */
    public void takeOrHold(long offset, Supplier<HeldRecord> record, Runnable take) {
        if (lifecycle.state() == PartitionLifecycle.State.HALTING) {
            hold(offset, record.get());
            return;
        }
        try {
            take.run();
        } catch (SinkStoppedException reason) {
            lifecycle.halt(reason);
            sink.fail();
            withdrawIntents();
            hold(offset, record.get());
        }
    }

    private void hold(long offset, HeldRecord record) {
        state.inFlight().hold(state.at(offset), record);
    }

    private void fail(SinkStoppedException reason) {
        lifecycle.fail(reason);
        sink.fail();
        withdrawIntents();
    }

    /**
     * Takes an event: classifies it, and dispatches it unless it is dropped, or is of a kind that sinks do not receive: that only takes
     * its position.
     *
     * @throws SinkStoppedException where the sink must halt before it; nothing has changed then
     */
    public void accept(ReplicationEvent<T> event, byte[] value, long offset) {
        Arrival arrival =
                new Arrival(event.position(), offset, event.instanceId().orElse(null));
        PartitionHistory.Arrived arrived = state.history().take(event.queueName(), arrival);
        if (arrived.verdict().applied()
                && settings.application().interests().accepts(event.kind())) { // its headers may have said nothing
            dispatcher.dispatch(event, value, offset, arrived);
        }
    }

    /**
     * Takes an event of a kind that the sink does not act on: it only takes its position, by which it is known that none is missing.
     *
     * @throws SinkStoppedException where the sink must halt before it; nothing has changed then
     */
    public void pass(EventHeaders event, long offset) {
        PartitionHistory.Arrived unused = state.history()
                .take(
                        event.queueName(),
                        new Arrival(event.position(), offset, event.instanceId().orElse(null)));
    }

    /**
     * Takes a record of a queue that the sink does not apply.
     *
     * <p>Its queue gets no checkpoint from it: to this sink, its history begins with the first event that is applied.
     */
    public void skip(long offset) {
        state.history().skip(offset);
    }

    /**
     * Takes a record whose value cannot be decoded.
     *
     * @param headers the event's headers, if it has them: they identify the event even so
     * @param reason why, as a sentence
     * @return whether it is to be written to the dead-letter topic
     * @throws SinkStoppedException where the sink must halt before it; nothing has changed then
     */
    public boolean undecodable(Optional<EventHeaders> headers, long offset, String reason) {
        boolean first = state.history().takeUndecodable(headers, offset);
        if (first) {
            state.undecodable().found(state.at(offset), headers, reason);
        }
        return first;
    }

    /** Executes the command in a record of the control topic. */
    public void execute(byte @Nullable [] command, long offset) {
        commands.execute(command, offset);
    }

    /**
     * Records outcomes, and dispatches released events as far as there is capacity.
     *
     * @param begin whether the dispatched events begin now: not after each record, because waking a worker costs more than a small
     *     effect
     */
    public void advance(boolean begin) {
        dispatcher.recordOutcomes();
        int capacity = settings.limits().maxInFlight() - state.inFlight().size();
        if (!lifecycle.ending() && dispatcher.redrive(capacity)) {
            state.show(); // they are not parked any more
        }
        if (begin) {
            executor.flush();
        }
    }

    /**
     * Purges a few results for every few records that are taken, so that a sink that always has records to take deletes results faster than it
     * records them.
     */
    public void purgeForRecord() {
        takenSinceTick = true;
        takenSincePurge++;
        if (takenSincePurge >= RECORDS_A_PURGE) {
            takenSincePurge = 0;
            if (state.purging()) {
                state.purgeSome();
            }
        }
    }

    /**
     * The work of a pass without a record: advances, purges a few results that the log's retention has passed, and updates the
     * status.
     *
     * @param recordsWait whether records were polled and not taken yet: they go first, because Kafka Streams takes one of each partition between two
     *     ticks, and would take few while ticks are long. Where none was taken since the last tick, none can be
     * @return for how long nothing can begin, if the partition is suspended now
     */
    public Optional<Duration> tick(boolean recordsWait) {
        advance(true);
        boolean yields = recordsWait && takenSinceTick;
        takenSinceTick = false;
        if (!yields && state.purging()) {
            state.purgeSome();
        }
        state.show(); // and before each commit; with each record it would cost too much
        return suspend();
    }

    /**
     * Waits for outcomes while as many events are in flight as may be, and returns what is left of the time, in nanoseconds. It waits for
     * several, up to a tick, because waking this thread for each would cost more than a small effect.
     */
    public long awaitCapacity(long nanos) throws InterruptedException {
        if (!full()) {
            return nanos;
        }
        executor.flush();
        long left = nanos;
        int step = Math.min(CAPACITY_STEP, Math.max(1, settings.limits().maxInFlight() / 8));
        // where workers wait for a commit, that frees capacity
        while (full() && left > 0 && !lifecycle.ending() && !intents.awaitCommit()) {
            long tick = Math.min(left, TICK.toNanos());
            left -= tick - Math.max(0, outcomes.awaitSome(step, tick));
            dispatcher.recordOutcomes();
        }
        return left;
    }

    /** Whether a worker waits for a commit, which is to be requested. */
    public boolean awaitsCommit() {
        return intents.awaitCommit();
    }

    /** Where nothing runs and nothing can begin for a while: nothing begins before the next pass, so a revocation loses nothing. */
    private Optional<Duration> suspend() {
        if (lifecycle.ending() || state.purging() || !executor.still()) {
            return Optional.empty();
        }
        lifecycle.suspend(); // what begins from here on is held
        Optional<Duration> wait = executor.stillFor()
                .filter(still -> still.compareTo(TICK) > 0 && outcomes.isEmpty())
                .map(still -> still.compareTo(LONGEST_WAIT) < 0 ? still : LONGEST_WAIT);
        if (wait.isEmpty()) {
            resume();
        } else {
            resumesAtNanos =
                    settings.instruments().ticker().nanos() + wait.get().toNanos();
        }
        return wait;
    }

    /** How often ticks are needed, because something is outstanding; empty where nothing is. */
    public Optional<Duration> ticks() {
        if (nothingOutstanding() && !state.purging() && !state.history().logChanged()) {
            return Optional.empty();
        }
        return Optional.of(intents.awaitCommit() ? TICK_AFTER_COMMIT : TICK);
    }

    /**
     * Marks the task, so that Kafka Streams commits it: its last commit on this instance then waits for running work.
     *
     * @return whether it was not marked before
     */
    public boolean mark() {
        boolean before = commit.marked();
        commit = commit.mark();
        return !before;
    }

    /** Ends a pass. */
    public void endPass() {
        commit = commit.endPass();
    }

    /** Updates the status of the queues that have changed. */
    public void show() {
        state.show();
    }

    /** Just before a commit, inside its transaction: writes what is recorded, in flight and read to the stores. */
    public void beforeCommit() {
        boolean inPass = commit.inPass();
        boolean stopping = sink.stopping();
        commit = commit.hook();
        if (sink.lastCommit() && !inPass) {
            awaitWorkers();
        }
        executor.flush();
        dispatcher.recordOutcomes();
        state.write();
        state.show();
        if (!inPass) {
            intents.committing();
            if (stopping) {
                // a failure that occurs only now waits for one more commit, before which the other partitions are idle
                lifecycle.written();
            }
        }
    }

    private void awaitWorkers() {
        try {
            sink.pauseAndAwait(this, settings.limits().drainTimeout().toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void pause(boolean sinkStopping) {
        if (sinkStopping) {
            lifecycle.stop();
        } else {
            lifecycle.handOver();
        }
        withdrawIntents();
    }

    @Override
    public long awaitIdle(long nanos) throws InterruptedException {
        return lifecycle.awaitIdle(nanos);
    }

    @Override
    public long awaitRecorded(long nanos) throws InterruptedException {
        return outcomes.awaitEmpty(lifecycle.awaitIdle(nanos));
    }

    @Override
    public boolean safeToRevoke() {
        return commit.marked() || state.inFlight().size() == 0 || quiet();
    }

    @Override
    public boolean idle() {
        return !commit.marked()
                && !lifecycle.ending()
                && !state.purging()
                && ((quiet() && !resumesSoon()) || nothingOutstanding());
    }

    /** Whether the partition is suspended for less time than a long poll takes: it would find its permit of the rate limit late. */
    private boolean resumesSoon() {
        return lifecycle.state() == PartitionLifecycle.State.WAITING
                && resumesAtNanos - settings.instruments().ticker().nanos() < SinkLifecycle.LONG_POLL.toNanos();
    }

    @Override
    public boolean full() {
        return state.inFlight().size() >= settings.limits().maxInFlight();
    }

    private boolean quiet() {
        return lifecycle.quiet() && outcomes.isEmpty();
    }

    private boolean nothingOutstanding() {
        return state.inFlight().size() == 0
                && lifecycle.failure().isEmpty()
                && !state.parking().anyReleased();
    }

    /** Passed through the queue, so that a caller that waits for the queue to be empty waits for this, and a later intent of the key is kept. */
    private void withdrawIntents() {
        intents.withdrawAll(intent -> outcomes.add(new Outcome.Withdrawn(intent.key())));
    }
}
