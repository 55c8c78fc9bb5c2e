package io.taskqueue.streams.partition;

import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.logging.LogFields;
import io.taskqueue.serde.EventHeaders;
import io.taskqueue.sink.OnGap;
import io.taskqueue.sink.SinkStoppedException;
import io.taskqueue.sink.store.EffectResult;
import io.taskqueue.streams.checkpoint.Arrival;
import io.taskqueue.streams.checkpoint.Checkpoint;
import io.taskqueue.streams.checkpoint.Checkpoints;
import io.taskqueue.streams.checkpoint.Classification;
import io.taskqueue.streams.checkpoint.Classification.Verdict;
import io.taskqueue.streams.checkpoint.Gap;
import io.taskqueue.streams.checkpoint.LogChange;
import io.taskqueue.streams.checkpoint.LogState;
import io.taskqueue.streams.checkpoint.PeerPositions;
import io.taskqueue.streams.log.LogHistory;
import io.taskqueue.streams.log.LostPosition;
import io.taskqueue.streams.log.ReportedLog;
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
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;
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
    private final LogFields fields;
    private final LogHistory log;
    private final Set<String> changedQueues = new HashSet<>();

    PartitionHistory(SinkSettings<?> settings, LogHistory.Stored stored, SinkProgress progress, ReportedLog log) {
        this.settings = settings;
        this.checkpoints = stored.checkpoints();
        this.replays = stored.replays();
        this.progress = progress;
        this.partition = log.partition();
        this.fields = LogFields.ofSink(settings.name()).partition(partition);
        this.log = new LogHistory(settings, stored, progress, log, changedQueues::add);
        changedQueues.addAll(checkpoints.queues());
        showPeers(checkpoints.queues());
    }

    /**
     * Classifies an event and takes it into the history.
     *
     * @throws SinkStoppedException where the sink must halt before it; nothing has changed then
     */
    Arrived take(String queue, Arrival arrival) {
        long readBefore = readUpTo();
        Verdict verdict = classify(queue, arrival);
        Replay.Range here = new Replay.Range(log.state().topicId(), arrival.offset(), readBefore);
        return new Arrived(verdict, replays.arrived(verdict, here));
    }

    /**
     * Takes a record into the history whose value cannot be decoded.
     *
     * @param headers the event's headers, if it has them
     * @return whether it was read for the first time
     * @throws SinkStoppedException where the sink must halt before it; nothing has changed then
     */
    boolean takeUndecodable(Optional<EventHeaders> headers, long offset) {
        boolean readBefore = offset <= readUpTo();
        if (headers.isPresent()) {
            EventHeaders event = headers.get();
            Arrival arrival =
                    new Arrival(event.position(), offset, event.instanceId().orElse(null));
            readBefore |= !classify(event.queueName(), arrival).applied();
        }
        replays.passed(offset);
        return !readBefore;
    }

    /** Takes a record into the history that the sink does not apply, because it is of another queue: only replays pass it. */
    void skip(long offset) {
        replays.passed(offset);
    }

    private Verdict classify(String queue, Arrival arrival) {
        Classification found = classification(queue, arrival);
        if (found.verdict().unusual()) {
            log.unusual(found.verdict(), arrival.offset());
            found = classification(queue, arrival);
        }
        Checkpoint known = checkpoints.find(queue);
        QueueProgress reported = progress.queue(queue);
        if (known != null) {
            haltWhereNeeded(found, queue, arrival, known);
            report(found, queue, arrival, known, reported);
        } else if (!arrival.opensEpoch()) {
            fields.event(queue, arrival.position())
                    .during(() -> LOG.warn(
                            "Sink {}: the history of queue {} begins for this sink at event {}; earlier events were not in the topic "
                                    + "when the sink joined, or the sink was not for this queue yet",
                            settings.name(),
                            queue,
                            arrival.position()));
        }
        if (!found.after().equals(known)) {
            checkpoints.put(queue, found.after());
            changedQueues.add(queue);
        }
        checkpoints.read(queue, arrival.offset());
        return found.verdict();
    }

    private Classification classification(String queue, Arrival arrival) {
        return Classification.of(
                checkpoints.find(queue),
                arrival,
                log.state(),
                partition,
                settings.instruments().clock());
    }

    /** Where events are missing, or the log has lost some, and the sink halts then: the queue is marked, for an operator to clear it. */
    private void haltWhereNeeded(Classification found, String queue, Arrival arrival, Checkpoint known) {
        if (settings.policies().onGap() != OnGap.HALT) {
            return;
        }
        Gap gap = found.gap();
        if (gap != null) {
            checkpoints.put(
                    queue, known.haltBefore(gap, settings.instruments().clock().instant()));
            changedQueues.add(queue);
            throw halted(queue, arrival, gap);
        }
        Gap pending = known.pending();
        if (pending != null && found.verdict() == Verdict.NEXT) {
            throw halted(queue, arrival, pending);
        }
    }

    /** The highest offset that was read of any queue; -1 where none was. */
    long readUpTo() {
        return checkpoints.readUpTo();
    }

    Set<String> queues() {
        return checkpoints.queues();
    }

    /** An operator ordered a replay. */
    void ordered(ReplayOrder order) {
        replays.take(order, log.state().topicId(), readUpTo());
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

    /** The partition is assigned: compares its log with what was read of it. */
    Optional<LogChange> begin(OptionalLong committed, OptionalLong shortenedTo) {
        return log.begin(committed, shortenedTo);
    }

    /** The log may have lost what was read, or is to be read. */
    void compareNow(Optional<LostPosition> lost) {
        log.compareNow(lost);
    }

    /** Adopts what the cluster reports of the log. */
    void adopt(LogState now) {
        log.adopt(now);
    }

    /** The log as it is known. */
    LogState log() {
        return log.state();
    }

    /** Queues whose history has started over, in a recreated topic; returned once. */
    List<String> takeStartedOver() {
        return log.takeStartedOver();
    }

    /** Whether something happened to the log that is not written yet. */
    boolean logChanged() {
        return log.changed();
    }

    /** Clears what operators have asked for. */
    void clear() {
        log.clear();
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
            fields.queue(queue)
                    .during(() -> LOG.info(
                            "Sink {}: queue {} had no event for a long time; its checkpoint is deleted",
                            settings.name(),
                            queue));
        });
        progress.forgetReleased(before);
    }

    /** Just before a commit. */
    void write(InFlightEvents<?> inFlight) {
        log.write();
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
                                checkpoint.divergence(),
                                checkpoint.replaying()));
            }
        }
        changedQueues.clear();
    }

    /** Of a queue that is not applied any more, only what is still in flight is shown: its checkpoint does not advance. */
    private boolean applies(String queue) {
        return settings.application().interests().queues().accepts(queue);
    }

    /** The partition is assigned to another instance now. */
    void partitionReleased() {
        queues().forEach(queue -> progress.queue(queue).released());
        replays.partitionReleased();
        log.partitionReleased();
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

    private void report(Classification found, String queue, Arrival arrival, Checkpoint known, QueueProgress reported) {
        switch (found.verdict()) {
            case STALE -> {
                reported.fenced();
                if (arrival.opensEpoch()) {
                    fields.event(queue, arrival.position())
                            .during(() -> LOG.error(
                                    "Sink {}: a source opened epoch {} of queue {} at offset {}, behind a higher one. Its events "
                                            + "are dropped. The registry of sources was deleted or is another cluster's: restore it",
                                    settings.name(),
                                    arrival.position().epoch(),
                                    queue,
                                    arrival.offset()));
                }
            }
            case FORKED -> throw forked(queue, arrival);
            case DUPLICATE -> reported.duplicate();
            case GAP -> report(queue, arrival, known, Objects.requireNonNull(found.gap()), reported);
            case JOINED, REPLAY, NEXT -> {}
            case REWRITTEN -> throw new IllegalStateException("The log of partition " + partition
                    + " was shortened, which was not adopted. This is a defect; please report it.");
        }
    }

    private void report(String queue, Arrival arrival, Checkpoint known, Gap gap, QueueProgress reported) {
        reported.gap(gap.missing().atLeast());
        fields.event(queue, arrival.position())
                .during(() -> LOG.error(
                        "Sink {}: {} of queue {} are missing: the newest read is {} at offset {}, and the next one is {} at offset {}; {}. The queue "
                                + "is marked diverged, and the sink continues. Compare its target with the source, then clear the mark with "
                                + "--clear-diverged={} (in code, clearDiverged)",
                        settings.name(),
                        gap.missing().text(),
                        queue,
                        gap.before(),
                        known.taken().offset(),
                        gap.found(),
                        arrival.offset(),
                        gap.cause().text(),
                        queue));
    }

    private SinkStoppedException halted(String queue, Arrival arrival, Gap gap) {
        String found = gap.cause() == Gap.Cause.SHORTENED
                ? "the sink had read the queue up to " + gap.before() + ", which the log does not hold any more"
                : gap.missing().text() + " are missing behind " + gap.before();
        return new SinkStoppedException(
                "Sink " + settings.name() + " stopped before event " + arrival.position() + " of queue " + queue
                        + " at offset " + arrival.offset() + ": " + found + "; "
                        + gap.cause().text() + ". Find out what was lost, then start the sink with --clear-diverged="
                        + queue
                        + " to continue behind it, or with --on-gap=continue (in code, clearDiverged, onGap(CONTINUE)).",
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
