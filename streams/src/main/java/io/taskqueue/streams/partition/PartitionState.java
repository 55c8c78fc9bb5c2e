package io.taskqueue.streams.partition;

import io.taskqueue.kafka.TopicNames;
import io.taskqueue.streams.checkpoint.Checkpoints;
import io.taskqueue.streams.checkpoint.EventLocation;
import io.taskqueue.streams.parking.ParkedCommand;
import io.taskqueue.streams.parking.ParkedStore;
import io.taskqueue.streams.parking.Parking;
import io.taskqueue.streams.replay.ReplayOrder;
import io.taskqueue.streams.replay.Replays;
import io.taskqueue.streams.results.ResultsPurge;
import io.taskqueue.streams.results.ResultsStore;
import io.taskqueue.streams.settings.SinkSettings;
import io.taskqueue.streams.state.KeyValues;
import io.taskqueue.streams.state.StateKind;
import io.taskqueue.streams.status.SinkProgress;
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
    private Uuid topicId = Uuid.ZERO_UUID;

    PartitionState(SinkSettings<T> settings, SinkProgress progress, PartitionStores stores, int partition) {
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
        this.history = new PartitionHistory(settings, checkpoints, replays, progress, partition);
        this.parking =
                new Parking<>(settings, progress, new ParkedStore(StateKind.PARKED.in(state)), results, partition);
        this.purge = new ResultsPurge(results, parking::needsResultsOf);
        this.undecodable = new UndecodableRecords(settings, progress, StateKind.UNDECODABLE.in(state), partition);
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

    /** The id of the event topic. */
    Uuid topicId() {
        return topicId;
    }

    /** Where an event of the event topic lies. */
    EventLocation at(long offset) {
        return new EventLocation(topicId, offset);
    }

    /** Adopts what the cluster reports of the event topic: another id is another topic, and what lies before its start is purged. */
    void adopt(Uuid topic, long logStart) {
        if (!topic.equals(topicId)) {
            purge.startOver();
        }
        topicId = topic;
        Set<Long> offsets = inFlight.offsets();
        history.adopt(topic, logStart).forEach(queue -> purge.purgeAll(queue, offsets::contains));
        parking.startOver(topic);
        undecodable.adopt(topic, logStart);
        purge.purgeUpTo(logStart, history.queues());
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
        history.ordered(order, topicId);
    }

    @Override
    public void decide(ParkedCommand command) {
        parking.execute(command);
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
    }

    /** Updates the status of the queues that have changed. */
    void show() {
        history.show(inFlight);
    }
}
