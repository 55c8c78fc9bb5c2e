package io.taskqueue.streams.partition;

import io.taskqueue.kafka.TopicNames;
import io.taskqueue.streams.checkpoint.Checkpoints;
import io.taskqueue.streams.checkpoint.EventLocation;
import io.taskqueue.streams.checkpoint.LogChange;
import io.taskqueue.streams.checkpoint.LogState;
import io.taskqueue.streams.log.LogHistory;
import io.taskqueue.streams.log.LostPosition;
import io.taskqueue.streams.log.ReportedLog;
import io.taskqueue.streams.parking.ParkedCommand;
import io.taskqueue.streams.parking.ParkedStore;
import io.taskqueue.streams.parking.Parking;
import io.taskqueue.streams.rate.RateOrder;
import io.taskqueue.streams.replay.ReplayOrder;
import io.taskqueue.streams.replay.Replays;
import io.taskqueue.streams.results.ResultsPurge;
import io.taskqueue.streams.results.ResultsStore;
import io.taskqueue.streams.settings.SinkSettings;
import io.taskqueue.streams.state.KeyValues;
import io.taskqueue.streams.state.StateKind;
import io.taskqueue.streams.status.SinkProgress;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.kafka.common.Uuid;

/** What is stored of one partition, loaded from its two stores; executes operators' commands on it. For the stream thread only. */
final class PartitionState<T> implements SinkCommands.Target {

    private final InFlightEvents<T> inFlight;
    private final ResultsStore results;
    private final PartitionHistory history;
    private final Parking<T> parking;
    private final ResultsPurge purge;
    private final UndecodableRecords undecodable;
    private final SinkRate rate;
    private final KeyValues rates;

    PartitionState(
            SinkSettings<T> settings, SinkProgress progress, PartitionStores stores, ReportedLog log, SinkRate rate) {
        int partition = log.partition();
        KeyValues state = stores.state();
        this.inFlight = new InFlightEvents<>(new InFlightStore(StateKind.IN_FLIGHT.in(state)), progress);
        this.results = new ResultsStore(settings.name(), stores.results());
        Replays replays = new Replays(
                new Replays.Owner(settings.name(), TopicNames.control(settings.name()), partition),
                StateKind.REPLAY.in(state),
                settings.instruments().clock(),
                receipt -> progress.replay(partition, receipt));
        Checkpoints checkpoints = new Checkpoints(
                StateKind.CHECKPOINT.in(state), settings.instruments().clock());
        this.history = new PartitionHistory(
                settings, new LogHistory.Stored(checkpoints, replays, StateKind.LOG.in(state)), progress, log);
        this.parking =
                new Parking<>(settings, progress, new ParkedStore(StateKind.PARKED.in(state)), results, partition);
        this.purge = new ResultsPurge(results, parking::needsResultsOf);
        this.undecodable = new UndecodableRecords(settings, progress, StateKind.UNDECODABLE.in(state), partition);
        this.rate = rate;
        this.rates = StateKind.RATE.in(state);
        rate.load(rates);
    }

    InFlightEvents<T> inFlight() {
        return inFlight;
    }

    ResultsStore results() {
        return results;
    }

    PartitionHistory history() {
        return history;
    }

    Parking<T> parking() {
        return parking;
    }

    UndecodableRecords undecodable() {
        return undecodable;
    }

    /** Where an event of the event topic lies. */
    EventLocation at(long offset) {
        return new EventLocation(history.log().topicId(), offset);
    }

    /** Compares the log with what was read of it; returns whether it is to be read from its start, because that is another one now. */
    boolean begin(OptionalLong committed, OptionalLong shortenedTo) {
        Optional<LogChange> found = history.begin(committed, shortenedTo);
        LogChange.Kind kind = found.map(LogChange::kind).orElse(LogChange.Kind.PARTITIONS);
        if (kind == LogChange.Kind.SHORTENED) {
            LogChange change = found.orElseThrow();
            inFlight.shortened(at(change.to()), new Uuid(0, change.at().toEpochMilli()));
        }
        return kind == LogChange.Kind.SHORTENED || kind == LogChange.Kind.RECREATED;
    }

    /** The log may not hold what was read or is to be read any more. */
    void compareNow(Optional<LostPosition> lost) {
        history.compareNow(lost);
    }

    /** Adopts the log that was compared, once what was in flight is resumed: of another topic, the results of its queues are deleted. */
    void adoptLatest() {
        purge.startOver();
        Set<Long> offsets = inFlight.offsets();
        history.takeStartedOver().forEach(queue -> purge.purgeAll(queue, offsets::contains));
        purge(history.log());
    }

    /**
     * Adopts what the cluster reports of the event topic: what lies before its start is purged.
     *
     * @throws LogReplacedException if it is another one
     */
    void adopt(LogState now) {
        history.adopt(now);
        purge(now);
    }

    private void purge(LogState now) {
        parking.startOver(now.topicId());
        undecodable.adopt(now.topicId(), now.start());
        purge.purgeUpTo(now.start(), history.queues());
        expireQueues();
    }

    /** After the results of queues that are gone were purged, or they would stay. */
    private void expireQueues() {
        if (!purging()) {
            history.expire(
                    purge.goal(), queue -> inFlight.size(queue) > 0 || parking.anyOf(queue) || results.anyOf(queue));
        }
    }

    @Override
    public void replay(ReplayOrder order) {
        history.ordered(order);
    }

    @Override
    public void decide(ParkedCommand command) {
        parking.execute(command);
    }

    @Override
    public void limit(RateOrder order) {
        rate.ordered(order, rates);
    }

    /** Whether something is left to be purged. */
    boolean purging() {
        return purge.pending(inFlight::anyAt) || parking.anyDiscardedBefore(purge.goal());
    }

    /** Purges a few results and discarded events that the log's retention has passed. */
    void purgeSome() {
        parking.deleteDiscardedBefore(purge.goal(), ResultsPurge.STEP);
        purge.step(inFlight.lowestOffset(Long.MAX_VALUE));
        expireQueues();
    }

    /** Just before a commit: writes what has changed to the stores. */
    void write() {
        inFlight.write();
        history.write(inFlight);
        undecodable.write();
        rate.write(rates);
    }

    /** Updates the status of the queues that have changed. */
    void show() {
        history.show(inFlight);
    }
}
