package io.taskqueue.streams.partition;

import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.serde.EventHeaders;
import io.taskqueue.sink.OnGap;
import io.taskqueue.sink.SinkStoppedException;
import io.taskqueue.sink.store.EffectResult;
import io.taskqueue.streams.checkpoint.Arrival;
import io.taskqueue.streams.checkpoint.Checkpoint;
import io.taskqueue.streams.checkpoint.Checkpoints;
import io.taskqueue.streams.checkpoint.Classification;
import io.taskqueue.streams.checkpoint.Classification.Verdict;
import io.taskqueue.streams.checkpoint.PeerPositions;
import io.taskqueue.streams.replay.DeliveryContext;
import io.taskqueue.streams.replay.MovedOffsets;
import io.taskqueue.streams.replay.Replay;
import io.taskqueue.streams.replay.ReplayOrder;
import io.taskqueue.streams.replay.Replays;
import io.taskqueue.streams.results.RecordedResults;
import io.taskqueue.streams.settings.SinkSettings;
import io.taskqueue.streams.status.QueueProgress;
import io.taskqueue.streams.status.SinkProgress;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was read of one partition's queues: classifies each event, counts replays, and reports what is unusual. For the stream thread
 * only.
 */
final class PartitionHistory {

    private static final Logger LOG = LoggerFactory.getLogger(PartitionHistory.class);

    /**
     * An event as it was classified.
     *
     * @param replay the replay that it is a part of, or null
     */
    record Arrived(Verdict verdict, @Nullable Replay replay) {

        /** Whether results of its effects may be recorded; false for the next event, which was never read before. */
        boolean mayBeRecorded() {
            return replay != null || verdict != Verdict.NEXT;
        }

        DeliveryContext delivery(ReplicationEvent<?> event, RecordedResults known) {
            return replay == null
                    ? DeliveryContext.FIRST
                    : replay.delivery(event, known.generation(), known.anyFailed());
        }

        /** Whether the effects that have not failed keep their results. */
        boolean keepsResults(DeliveryContext delivery) {
            return replay != null && replay.keepsResults(delivery);
        }
    }

    private final SinkSettings<?> settings;
    private final Checkpoints checkpoints;
    private final Replays replays;
    private final SinkProgress progress;
    private final int partition;
    private final Set<String> changedQueues = new HashSet<>();

    PartitionHistory(
            SinkSettings<?> settings, Checkpoints checkpoints, Replays replays, SinkProgress progress, int partition) {
        this.settings = settings;
        this.checkpoints = checkpoints;
        this.replays = replays;
        this.progress = progress;
        this.partition = partition;
        changedQueues.addAll(checkpoints.queues());
        showPeers(checkpoints.queues());
    }

    /**
     * Classifies an event and takes it into the history.
     *
     * @throws SinkStoppedException where the sink must halt before it; nothing has changed then
     */
    Arrived take(String queue, Arrival arrival, Uuid topicId) {
        Replay.Range here = new Replay.Range(topicId, arrival.offset(), readUpTo());
        Verdict verdict = classify(queue, arrival, topicId);
        return new Arrived(verdict, replays.arrived(verdict, here));
    }

    /**
     * Takes a record into the history whose value cannot be decoded.
     *
     * @param headers the event's headers, if it has them
     * @return whether it was read for the first time
     * @throws SinkStoppedException where the sink must halt before it; nothing has changed then
     */
    boolean takeUndecodable(Optional<EventHeaders> headers, long offset, Uuid topicId) {
        boolean readBefore = offset <= readUpTo();
        if (headers.isPresent()) {
            EventHeaders event = headers.get();
            Arrival arrival =
                    new Arrival(event.position(), offset, event.instanceId().orElse(null));
            readBefore |= !classify(event.queueName(), arrival, topicId).applied();
        }
        replays.passed(offset);
        return !readBefore;
    }

    /** Takes a record into the history that the sink does not apply, because it is of another queue: only replays pass it. */
    void skip(long offset) {
        replays.passed(offset);
    }

    private Verdict classify(String queue, Arrival arrival, Uuid topicId) {
        QueueProgress reported = progress.queue(queue);
        if (reported.takeClearRequest()) {
            checkpoints.clearDiverged(queue);
            changedQueues.add(queue);
        }
        Checkpoint known = checkpoints.find(queue);
        Classification found = Classification.of(known, arrival, topicId, partition);
        if (known != null) {
            report(found.verdict(), queue, arrival, known, reported);
        } else if (!arrival.opensEpoch()) {
            LOG.warn(
                    "Sink {}: the history of queue {} begins for this sink at event {}; earlier events were not in the topic "
                            + "when the sink joined, or the sink was not for this queue yet",
                    settings.name(),
                    queue,
                    arrival.position());
        }
        if (!found.after().equals(known)) {
            checkpoints.put(queue, found.after());
            changedQueues.add(queue);
        }
        checkpoints.read(queue, arrival.offset());
        return found.verdict();
    }

    /** The highest offset that was read of any queue; -1 where none was. */
    long readUpTo() {
        return checkpoints.readUpTo();
    }

    Set<String> queues() {
        return checkpoints.queues();
    }

    /** An operator ordered a replay. */
    void ordered(ReplayOrder order, Uuid topicId) {
        replays.take(order, topicId, readUpTo());
    }

    /** The partition begins where it was moved for an order. */
    void moved(MovedOffsets.Move move) {
        replays.moved(move);
    }

    /** The number of effects that a replay recorded for an event before the event was resumed here. */
    int recordedBefore(long offset) {
        return replays.recordedBefore(offset);
    }

    /** An event is in flight. */
    void began(InFlightEvent<?> event) {
        String queue = event.event().queueName();
        if (event.delivery().advancesPositions()) {
            checkpoints.peers(queue).began(event.peer(), event.event().position());
        }
        changed(queue);
    }

    /**
     * An effect has its result.
     *
     * @param event its event, if it is in flight; what an operator redrives in the middle of a replay does not belong to the replay
     */
    void recorded(long offset, EffectResult result, Optional<? extends InFlightEvent<?>> event) {
        if (replays.covers(offset)
                && event.filter(found -> found.delivery().redriven()).isEmpty()) {
            replays.recorded(offset, result);
        }
    }

    /** An event is applied. */
    void applied(Outcome.Applied applied) {
        InFlightEvent<?> event = applied.event();
        ended(event);
        if (!event.delivery().redriven()) {
            replays.applied(event.offset(), applied.reused(), applied.missing(), event.ambiguous());
        }
    }

    /** An event is parked, and counts as processed. */
    void parked(InFlightEvent<?> event) {
        ended(event);
        if (!event.delivery().redriven()) {
            replays.parked(event.offset());
        }
    }

    /** An event that was read again was found parked, and skipped. */
    void skipped(long offset) {
        replays.parked(offset);
    }

    private void ended(InFlightEvent<?> event) {
        String queue = event.event().queueName();
        if (event.delivery().advancesPositions()) {
            checkpoints.peers(queue).ended(event.peer(), event.event().position());
        }
        changed(queue);
    }

    private void changed(String queue) {
        checkpoints.changed(queue);
        changedQueues.add(queue);
    }

    /** Adopts what the cluster reports of the event topic, and returns the queues whose history starts over in a recreated topic. */
    List<String> adopt(Uuid topicId, long logStart) {
        List<String> others = checkpoints.startOver(topicId);
        if (!others.isEmpty()) {
            LOG.error(
                    "Sink {}: topic {} was recreated (its id is {} now). The history of queues {} starts over; the results "
                            + "of their effects are deleted, because their events cannot be read again",
                    settings.name(),
                    settings.topics().events(),
                    topicId,
                    others);
        }
        replays.adopt(topicId, logStart);
        checkpoints.dropFencesBefore(logStart);
        return others;
    }

    /**
     * Forgets the queues that are gone: no event of them can be read again, none was read for the expiry time, and nothing of them is kept.
     *
     * @param needed whether something else of a queue is kept
     */
    void expire(long logStart, Predicate<String> needed) {
        Instant before =
                settings.instruments().clock().instant().minus(settings.limits().queueExpiry());
        List<String> gone = checkpoints.expire(logStart, before, queue -> {
            Checkpoint known = checkpoints.find(queue);
            return (known != null && known.replaying()) || needed.test(queue);
        });
        gone.forEach(queue -> {
            changedQueues.remove(queue);
            progress.forget(queue);
            LOG.info(
                    "Sink {}: queue {} had no event for a long time; its checkpoint is deleted",
                    settings.name(),
                    queue);
        });
        progress.forgetReleased(before);
    }

    /** Just before a commit. */
    void write(InFlightEvents<?> inFlight) {
        showPeers(checkpoints.write());
        replays.write(inFlight::any);
    }

    /** Updates the status of the queues that have changed. */
    void show(InFlightEvents<?> inFlight) {
        for (String queue : changedQueues) {
            Checkpoint checkpoint = checkpoints.find(queue);
            if (checkpoint != null && (applies(queue) || inFlight.size(queue) > 0)) {
                Position newest = checkpoint.taken().position();
                progress.queue(queue)
                        .reached(new QueueProgress.Reached(
                                checkpoint.partition(),
                                newest,
                                inFlight.done(queue, newest),
                                inFlight.size(queue),
                                checkpoint.diverged(),
                                checkpoint.replaying()));
            }
        }
        changedQueues.clear();
    }

    /** Of a queue that is not applied any more, only what is still in flight is shown: its checkpoint does not advance. */
    private boolean applies(String queue) {
        return settings.application().queues().accepts(queue);
    }

    /** The partition is assigned to another instance now. */
    void partitionReleased() {
        queues().forEach(queue -> progress.queue(queue).released());
        replays.partitionReleased();
    }

    private void showPeers(Iterable<String> queues) {
        for (String queue : queues) {
            Map<String, Position> done = new HashMap<>();
            Map<String, PeerPositions.Reached> reached =
                    checkpoints.peers(queue).reached();
            reached.forEach((name, peer) -> done.put(name, peer.done()));
            progress.queue(queue).peers(done);
        }
    }

    private void report(Verdict verdict, String queue, Arrival arrival, Checkpoint known, QueueProgress reported) {
        switch (verdict) {
            case STALE -> {
                reported.fenced();
                if (arrival.opensEpoch()) {
                    LOG.error(
                            "Sink {}: a source opened epoch {} of queue {} at offset {}, behind a higher one. Its events "
                                    + "are dropped. The registry of sources was deleted or is another cluster's: restore it",
                            settings.name(),
                            arrival.position().epoch(),
                            queue,
                            arrival.offset());
                }
            }
            case FORKED -> throw forked(queue, arrival);
            case DUPLICATE -> reported.duplicate();
            case GAP, REWRITTEN -> {
                if (settings.policies().onGap() == OnGap.HALT) {
                    throw gap(queue, arrival, known);
                }
                reported.gap();
                LOG.error(
                        "Sink {}: events of queue {} are missing: the newest read is {} at offset {}, and the next one is {} at "
                                + "offset {}. The queue is marked diverged, and the sink continues",
                        settings.name(),
                        queue,
                        known.taken().position(),
                        known.taken().offset(),
                        arrival.position(),
                        arrival.offset());
            }
            case JOINED, REPLAY, NEXT -> {}
        }
    }

    private SinkStoppedException gap(String queue, Arrival arrival, Checkpoint known) {
        return new SinkStoppedException(
                "Sink " + settings.name() + " stopped before event " + arrival.position() + " of queue " + queue
                        + " at offset " + arrival.offset() + ": events are missing, the newest read is "
                        + known.taken().position() + " at offset "
                        + known.taken().offset()
                        + ". Find out what was lost, then start the sink with --on-gap=continue (in code, onGap(CONTINUE)).",
                null);
    }

    private SinkStoppedException forked(String queue, Arrival arrival) {
        return new SinkStoppedException(
                "Sink " + settings.name() + " stopped: two sources have opened epoch "
                        + arrival.position().epoch() + " of queue " + queue + ", the second with instance id "
                        + arrival.instance() + " at offset " + arrival.offset()
                        + ". The registry of sources has lost records. Stop all but one source of the queue, restore "
                        + "the registry or start that source again, and reset this sink to where the history is complete.",
                null);
    }
}
