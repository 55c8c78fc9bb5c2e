package io.taskqueue.streams.partition;

import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.serde.EventHeaders;
import io.taskqueue.serde.ReplicationEventCodec;
import io.taskqueue.serde.UndecodableEventException;
import io.taskqueue.sink.SinkStoppedException;
import io.taskqueue.streams.checkpoint.Arrival;
import io.taskqueue.streams.checkpoint.Checkpoints;
import io.taskqueue.streams.checkpoint.EventLocation;
import io.taskqueue.streams.checkpoint.PeerPositions;
import io.taskqueue.streams.execution.CircuitBreaker;
import io.taskqueue.streams.execution.KeyedExecutor;
import io.taskqueue.streams.execution.WorkerThreads;
import io.taskqueue.streams.parking.ParkedCommand;
import io.taskqueue.streams.parking.ParkedEntry;
import io.taskqueue.streams.parking.ParkedStore;
import io.taskqueue.streams.parking.Parking;
import io.taskqueue.streams.replay.DeliveryContext;
import io.taskqueue.streams.replay.MovedOffsets;
import io.taskqueue.streams.replay.ReplayOrder;
import io.taskqueue.streams.replay.Replays;
import io.taskqueue.streams.results.RecordedResults;
import io.taskqueue.streams.results.ResultsPurge;
import io.taskqueue.streams.results.ResultsStore;
import io.taskqueue.streams.settings.SinkSettings;
import io.taskqueue.streams.settings.SinkTopics;
import io.taskqueue.streams.state.StateKind;
import io.taskqueue.streams.status.AppliedEvent;
import io.taskqueue.streams.status.Observers;
import io.taskqueue.streams.status.SinkProgress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The work of one partition: events are classified, dispatched to workers, and their outcomes recorded. For the stream thread only,
 * but for what {@link SinkLifecycle.Member} declares otherwise.
 *
 * <pre>
 *   restore                                   when the partition is assigned
 *   beginPass, then                           for each record, and each tick
 *     accept | undecodable | hold | execute     the record
 *     advance, awaitCapacity, endPass           what workers found out; what was released
 *   beforeCommit                              within the transaction, just before it commits
 *   release                                   when the partition is revoked
 * </pre>
 */
public final class PartitionWork<T> implements SinkLifecycle.Member {

    private static final Logger LOG = LoggerFactory.getLogger(PartitionWork.class);

    /** How soon outcomes are noticed when no record arrives. */
    public static final Duration TICK = Duration.ofMillis(5);

    /** A tick that was cancelled stays with Kafka Streams until it would have come, and the clock may be set back meanwhile. */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

    /** The threads that apply events, and whether they may call the target. */
    public record Workers(WorkerThreads threads, CircuitBreaker breaker) {}

    private final SinkSettings<T> settings;
    private final SinkProgress progress;
    private final SinkLifecycle sink;
    private final int partition;
    private final PartitionLifecycle lifecycle = new PartitionLifecycle();
    private final OutcomeQueue outcomes = new OutcomeQueue();
    private final Outcome.Recorder recorder = new OutcomeRecorder();
    private final Intents intents = new Intents(lifecycle);
    private final InFlightStore inFlightStore;
    private final InFlightEvents<T> inFlight;
    private final ResultsStore results;
    private final PartitionHistory history;
    private final Parking<T> parking;
    private final ResultsPurge purge;
    private final KeyedExecutor<InFlightEvent<T>> executor;
    private final SinkCommands commands;
    private Uuid topicId = Uuid.ZERO_UUID;
    private CommitPhase commit = CommitPhase.COMMITTED;

    /** Loads what the stores hold; {@link #restore} resumes it. */
    public PartitionWork(
            SinkSettings<T> settings,
            Workers workers,
            SinkProgress progress,
            SinkLifecycle sink,
            PartitionStores stores,
            int partition) {
        this.settings = settings;
        this.progress = progress;
        this.sink = sink;
        this.partition = partition;
        this.inFlightStore = new InFlightStore(StateKind.IN_FLIGHT.in(stores.state()));
        this.inFlight = new InFlightEvents<>(inFlightStore);
        this.results = new ResultsStore(settings.name(), stores.results());
        Replays replays = new Replays(
                new Replays.Owner(settings.name(), SinkTopics.control(settings.name()), partition),
                StateKind.REPLAY.in(stores.state()),
                settings.instruments().clock(),
                receipt -> progress.replay(partition, receipt));
        this.history = new PartitionHistory(
                settings, new Checkpoints(StateKind.CHECKPOINT.in(stores.state())), replays, progress, partition);
        this.parking = new Parking<>(
                settings, progress, new ParkedStore(StateKind.PARKED.in(stores.state())), results, partition);
        this.purge = new ResultsPurge(results, parking::needsResultsOf);
        this.executor = new KeyedExecutor<>(
                lifecycle,
                workers.threads(),
                workers.breaker(),
                new EventApplier<>(settings, workers.breaker(), outcomes, lifecycle::revoked),
                settings.instruments().ticker());
        this.commands = new SinkCommands(settings.name(), new CommandTarget());
    }

    @Override
    public int partition() {
        return partition;
    }

    public PartitionLifecycle lifecycle() {
        return lifecycle;
    }

    // ---- assignment -------------------------------------------------------------------------------------------------

    /**
     * Resumes what was in flight at the last commit. No worker begins before the first pass.
     *
     * @return the records that were held when the sink halted, by offset; to be accepted now
     * @throws SinkStoppedException if an event in flight cannot be decoded any more
     */
    public Map<Long, HeldRecord> restore(ReplicationEventCodec<T> codec, Uuid topic, long logStart) {
        lifecycle.start();
        parking.tooMany().ifPresent(this::fail);
        sink.join(this);
        for (InFlightStore.Stored stored : inFlightStore.events()) {
            ReplicationEvent<T> event = decoded(codec, stored);
            RecordedResults known = results.find(event.queueName(), event.position());
            InFlightEvent<T> restored =
                    inFlightEvent(stored.location(), event, stored.value().get(), stored.delivery(), known);
            restored.recordedBefore = history.recordedBefore(restored.offset());
            inFlight.restore(restored);
            history.began(restored);
            submit(restored);
        }
        adopt(topic, logStart);
        return inFlight.releaseHeld();
    }

    /** The partition begins where it was moved for an operator's order. */
    public void moved(MovedOffsets.Move move) {
        history.moved(move);
    }

    /** Adopts what the cluster reports of the event topic. */
    public void adopt(Uuid topic, long logStart) {
        if (!topic.equals(topicId)) {
            purge.startOver();
        }
        topicId = topic;
        Set<Long> offsets = inFlight.offsets();
        history.adopt(topic, logStart).forEach(queue -> purge.purgeAll(queue, offsets::contains));
        parking.startOver(topic);
        purge.purgeUpTo(logStart, history.queues());
    }

    /** The partition is revoked: what still runs is interrupted, and its next owner applies it. */
    public void release() {
        sink.leave(this);
        lifecycle.release();
        executor.leaveTarget();
        withdrawIntents(); // threads of the user's own may wait for one
        progress.addInFlight(-inFlight.size());
        if (sink.state() != SinkLifecycle.State.CLOSING) {
            parking.release();
            history.release(); // when closing, the last status stays
        }
    }

    // ---- passes -----------------------------------------------------------------------------------------------------

    /**
     * Begins a pass: the last commit was made, and the partition stayed here.
     *
     * @return whether a commit is to be requested now, because the sink fails once it is made
     * @throws SinkStoppedException the failure of this partition, once all that was found out beside it is committed
     */
    public boolean beginPass() {
        commit = commit.beginPass();
        Optional<SinkStoppedException> failure = lifecycle.failure();
        if (failure.isPresent() && lifecycle.state() == PartitionLifecycle.State.FAILED) {
            throw failure.get();
        }
        intents.committed();
        sink.resumed(this);
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

    /** Whether the sink halts before a record, so that those behind it are held with it. */
    public boolean halting() {
        return lifecycle.state() == PartitionLifecycle.State.HALTING;
    }

    /** Stops before a record once all that runs is recorded: the record is stored, because its offset is committed with that. */
    public void halt(long offset, HeldRecord record, SinkStoppedException reason) {
        lifecycle.halt(reason);
        failed();
        hold(offset, record);
    }

    /** Stores a record behind the one before which the sink halts. */
    public void hold(long offset, HeldRecord record) {
        inFlight.hold(new EventLocation(topicId, offset), record);
    }

    /**
     * Takes an event: classifies it, and dispatches it unless it is dropped.
     *
     * @throws SinkStoppedException where the sink must halt before it; nothing has changed then
     */
    public void accept(ReplicationEvent<T> event, byte[] value, long offset) {
        Arrival arrival =
                new Arrival(event.position(), offset, event.instanceId().orElse(null));
        PartitionHistory.Arrived arrived = history.take(event.queueName(), arrival, topicId);
        if (arrived.verdict().applied() && !arrival.opensEpoch()) {
            dispatch(event, value, new EventLocation(topicId, offset), arrived);
        }
    }

    /**
     * Takes a record whose value cannot be decoded.
     *
     * @param headers the event's headers, if it has them: they identify the event all the same
     * @return whether it is to be written to the dead-letter topic
     * @throws SinkStoppedException where the sink must halt before it; nothing has changed then
     */
    public boolean undecodable(Optional<EventHeaders> headers, long offset) {
        @Nullable String queue = headers.map(EventHeaders::queueName).orElse(null);
        @Nullable
        Arrival arrival = headers.map(known ->
                        new Arrival(known.position(), offset, known.instanceId().orElse(null)))
                .orElse(null);
        boolean first = history.takeUndecodable(queue, arrival, offset, topicId);
        if (first) {
            progress.undecodable();
        }
        return first;
    }

    /** Executes an operator's command. */
    public void execute(byte @Nullable [] command, long offset) {
        commands.execute(command, offset);
    }

    private void dispatch(
            ReplicationEvent<T> event, byte[] value, EventLocation location, PartitionHistory.Arrived arrived) {
        if (inFlight.find(location) != null) {
            return;
        }
        if (parking.skips(event.taskId(), location)) {
            history.skipped(location.offset());
            return;
        }
        RecordedResults known =
                arrived.mayBeRecorded() ? results.find(event.queueName(), event.position()) : RecordedResults.NONE;
        InFlightEvent<T> dispatched =
                inFlightEvent(location, event, value, arrived.delivery(event, known.generation()), known);
        history.began(dispatched);
        if (parking.mustWait(dispatched)) {
            parking.parkBehind(dispatched);
            history.parked(dispatched);
            parking.tooMany().ifPresent(this::fail);
        } else {
            inFlight.add(dispatched);
            submit(dispatched);
        }
    }

    /** Records outcomes, and dispatches released events as far as there is capacity. */
    public void advance() {
        recordOutcomes();
        int capacity = settings.limits().maxInFlight() - inFlight.size();
        if (parking.anyReleased() && capacity > 0 && !lifecycle.ending()) {
            parking.takeReleased(capacity).forEach(this::redrive);
            show(); // they are not parked any more
        }
    }

    private void redrive(Parking.Released<T> released) {
        ParkedEntry entry = released.entry();
        RecordedResults known = results.find(entry.queue(), entry.position());
        InFlightEvent<T> redriven = inFlightEvent(
                entry.key().location(), released.event(), entry.value().get(), entry.delivery(), known);
        inFlight.add(redriven);
        history.began(redriven);
        submit(redriven);
    }

    /** Begins the events that were dispatched: some at a time, because waking a worker costs more than a small effect. */
    public void flush() {
        executor.flush();
    }

    /** Waits for outcomes while as many events are in flight as may be, and returns what is left of the time, in nanoseconds. */
    public long awaitCapacity(long nanos) throws InterruptedException {
        if (!full()) {
            return nanos;
        }
        flush();
        long left = nanos;
        // where workers wait for a commit, that makes room
        while (full() && left > 0 && !lifecycle.ending() && !intents.awaitCommit()) {
            left = outcomes.awaitAny(left);
            recordOutcomes();
        }
        return left;
    }

    /** Whether a worker waits for a commit, which is to be requested. */
    public boolean awaitsCommit() {
        return intents.awaitCommit();
    }

    /** Purges a few results that the log's retention has passed, and updates the status. */
    public void housekeep() {
        if (purging()) {
            parking.deleteDiscardedBefore(purge.goal(), ResultsPurge.STEP);
            purge.step(inFlight.lowestOffset(Long.MAX_VALUE));
        }
        show(); // and before each commit; with each record it would cost too much
    }

    private boolean purging() {
        return purge.pending() || parking.anyDiscardedBefore(purge.goal());
    }

    /**
     * Suspends the partition where nothing runs and nothing can begin for a while, and returns for how long: nothing begins before
     * the next pass, so that nothing is lost where the partition is revoked before that.
     */
    public Optional<Duration> suspend() {
        if (lifecycle.ending() || purging() || !executor.still()) {
            return Optional.empty();
        }
        lifecycle.suspend(); // what begins from here on is held
        Optional<Duration> wait = executor.stillFor()
                .filter(still -> still.compareTo(TICK) > 0 && outcomes.isEmpty())
                .map(still -> still.compareTo(LONGEST_WAIT) < 0 ? still : LONGEST_WAIT);
        if (wait.isEmpty()) {
            resume();
        }
        return wait;
    }

    /** Whether ticks are needed, because something is outstanding. */
    public boolean needsTicks() {
        return !nothingOutstanding() || purging();
    }

    /** The task is marked, so that Kafka Streams commits it: the commit that ends its life here then waits for what runs. */
    public boolean mark() {
        boolean unmarked = commit != CommitPhase.PASS_MARKED && commit != CommitPhase.MARKED;
        commit = commit.mark();
        return unmarked;
    }

    /** Ends a pass. */
    public void endPass() {
        commit = commit.endPass();
    }

    /** Updates the status of the queues that have changed. */
    public void show() {
        history.show(inFlight);
    }

    // ---- commit -----------------------------------------------------------------------------------------------------

    /** Just before a commit, inside its transaction: writes what is recorded, in flight and read to the stores. */
    public void beforeCommit() {
        boolean inPass = commit.inPass();
        boolean stopping = sink.stopping();
        commit = commit.hook();
        if (sink.lastCommit() && !inPass) {
            quiesce();
        }
        flush();
        recordOutcomes();
        inFlight.write();
        history.write(inFlight);
        show();
        if (!inPass) {
            intents.committing();
            if (stopping) {
                // a failure that occurs only now waits for one more commit, before which the other partitions are idle
                lifecycle.written();
            }
        }
    }

    private void quiesce() {
        try {
            sink.quiesce(this, settings.limits().drainTimeout().toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- what the sink's lifecycle needs
    // ------------------------------------------------------------------------------

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
        return commit.marked() || inFlight.size() == 0 || quiet();
    }

    @Override
    public boolean idle() {
        return !commit.marked() && !lifecycle.ending() && (quiet() || nothingOutstanding());
    }

    @Override
    public boolean full() {
        return inFlight.size() >= settings.limits().maxInFlight();
    }

    private boolean quiet() {
        return lifecycle.quiet() && outcomes.isEmpty();
    }

    private boolean nothingOutstanding() {
        return inFlight.size() == 0 && lifecycle.failure().isEmpty() && !parking.anyReleased();
    }

    private void withdrawIntents() {
        // through the queue, so that who waits for that to be empty waits for this, and a later intent of the key stays
        intents.withdrawAll(intent -> outcomes.add(new Outcome.Withdrawn(intent.key())));
    }

    private void fail(SinkStoppedException reason) {
        lifecycle.fail(reason);
        failed();
    }

    private void failed() {
        sink.fail();
        withdrawIntents();
    }

    // ---- events and outcomes
    // ------------------------------------------------------------------------------------------

    private InFlightEvent<T> inFlightEvent(
            EventLocation location,
            ReplicationEvent<T> event,
            byte[] value,
            DeliveryContext delivery,
            RecordedResults known) {
        EventResults eventResults = new EventResults(known, location.offset(), outcomes, intents);
        return new InFlightEvent<>(location, event, value, delivery, eventResults, peerOf(event));
    }

    private String peerOf(ReplicationEvent<T> event) {
        try {
            String peer = settings.application().peerKey().apply(event);
            return peer == null ? PeerPositions.DEFAULT : peer;
        } catch (RuntimeException e) {
            // the positions of peers are for information, so they stop nothing
            LOG.debug("The peerKey function failed on {}, which counts for {}", event, PeerPositions.DEFAULT, e);
            return PeerPositions.DEFAULT;
        }
    }

    private void submit(InFlightEvent<T> event) {
        progress.addInFlight(1);
        executor.submit(event);
    }

    private void finish(InFlightEvent<?> event) {
        inFlight.finish(event);
        progress.addInFlight(-1);
    }

    private void recordOutcomes() {
        List<Outcome> all = outcomes.takeAll();
        for (Outcome outcome : all) {
            outcome.recordBy(recorder);
        }
    }

    private ReplicationEvent<T> decoded(ReplicationEventCodec<T> codec, InFlightStore.Stored stored) {
        try {
            return codec.decode(stored.value().get());
        } catch (UndecodableEventException e) {
            throw new SinkStoppedException(
                    "Sink " + settings.name() + " cannot decode the event at offset "
                            + stored.location().offset() + " of partition " + partition
                            + ", which it could decode before: " + e.getMessage()
                            + ". Start it with the codec that it had before.",
                    e);
        }
    }

    private final class OutcomeRecorder implements Outcome.Recorder {

        @Override
        public void recorded(Outcome.Recorded recorded) {
            Instant now = settings.instruments().clock().instant();
            results.record(recorded.key(), recorded.offset(), now, recorded.result());
            progress.recorded(recorded.result());
            history.recorded(
                    recorded.offset(), recorded.result(), inFlight.find(new EventLocation(topicId, recorded.offset())));
        }

        @Override
        public void intended(Outcome.Intended intended) {
            intents.write(
                    intended.intent(), results, settings.instruments().clock().instant());
        }

        @Override
        public void withdrawn(Outcome.Withdrawn withdrawn) {
            results.withdraw(withdrawn.key());
        }

        @Override
        public void applied(Outcome.Applied applied) {
            InFlightEvent<?> event = applied.event();
            finish(event);
            history.applied(applied);
            report(applied);
            if (!event.location().topicId().equals(topicId)) {
                // it cannot be read again
                results.delete(event.event().queueName(), event.event().position());
            }
        }

        private void report(Outcome.Applied applied) {
            InFlightEvent<?> event = applied.event();
            progress.applied(
                    event.event(),
                    event.delivery().replayed(),
                    new SinkProgress.AppliedEffects(applied.reused(), applied.missing(), event.ambiguous()));
            if (applied.missing() > 0) {
                // the receipt warns of all of them together
                LOG.info(
                        "Sink {}: {} effects of {} at offset {} have no recorded result and do not run in this replay",
                        settings.name(),
                        applied.missing(),
                        event.event(),
                        event.offset());
            }
            Observers observers = progress.observers();
            if (observers.any()) {
                observers.offer(new AppliedEvent<>(
                        event.event(),
                        partition,
                        event.offset(),
                        event.delivery().replayed(),
                        settings.instruments().clock().instant()));
            }
        }

        @Override
        public void gaveUp(Outcome.GaveUp gaveUp) {
            if (!parking.parks(gaveUp.giveUp().reason())) {
                fail(stopped(gaveUp));
                return;
            }
            for (InFlightEvent<T> event : executor.take(gaveUp.event().task())) {
                if (event == gaveUp.event()) {
                    parking.parkFailed(event, gaveUp.giveUp());
                    finishParked(event);
                } else if (parking.mustWait(event)) {
                    parking.parkBehind(event);
                    finishParked(event);
                } else {
                    executor.execute(event);
                }
            }
            parking.tooMany().ifPresent(PartitionWork.this::fail);
        }

        private void finishParked(InFlightEvent<?> event) {
            finish(event);
            history.parked(event);
        }

        private SinkStoppedException stopped(Outcome.GaveUp gaveUp) {
            Throwable cause = gaveUp.giveUp().cause();
            return new SinkStoppedException(
                    "Sink " + settings.name() + " stopped at " + gaveUp.event().event() + " at offset "
                            + gaveUp.event().offset() + " of partition " + partition
                            + ": it could not be applied in " + gaveUp.giveUp().attemptsText()
                            + ", the last of which ended with " + cause
                            + ". It is applied again at the next start; effects that have a recorded result do not run again. "
                            + "Fix the cause, or allow more attempts, and start the sink again.",
                    cause);
        }
    }

    private final class CommandTarget implements SinkCommands.Target {

        @Override
        public void replay(ReplayOrder order) {
            history.ordered(order, topicId);
        }

        @Override
        public void decide(ParkedCommand command) {
            parking.execute(command);
        }
    }
}
