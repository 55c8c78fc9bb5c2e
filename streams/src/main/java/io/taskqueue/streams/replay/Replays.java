package io.taskqueue.streams.replay;

import io.taskqueue.sink.store.EffectResult;
import io.taskqueue.streams.checkpoint.Classification.Verdict;
import io.taskqueue.streams.replay.Replay.Range;
import io.taskqueue.streams.state.KeyValues;
import java.time.Clock;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The replays of one partition: which one is running, and its receipt, written with each commit. For the stream thread only.
 *
 * <pre>
 *             an order arrives, and the offsets are where they were moved for it
 *   (none) ------------------------------------------------------------&gt; as ordered ------+
 *     |  |                                                                                |
 *     |  +----- an event is read again without an order -------------&gt; recorded only --+  |
 *     |                                                                                v  v
 *     +&lt;------------ all up to the highest offset read before is processed -------- running
 * </pre>
 *
 * <p>An order is for one move of offsets, which carries its id ({@link MovedOffsets}). Where the move failed, or another
 * followed it, the order has no effect. An order that moves the offsets back again ends the replay before it, incomplete.
 */
public final class Replays {

    private static final Logger LOG = LoggerFactory.getLogger(Replays.class);

    /**
     * Whose replays these are.
     *
     * @param sink the sink's name
     * @param controlTopic where its orders arrive
     * @param partition the partition of the event topic
     */
    public record Owner(String sink, String controlTopic, int partition) {}

    /** Whether an event is in flight between two offsets, both included. */
    @FunctionalInterface
    public interface InFlightOffsets {
        boolean any(long from, long to);
    }

    private final Owner owner;
    private final KeyValues store;
    private final Clock clock;
    private final Consumer<Optional<ReplayReceipt>> watcher;
    private @Nullable Replay latest;
    private MovedOffsets.@Nullable Move awaited;
    private int newestNumber;
    private boolean changed;

    /**
     * Loads what the store holds.
     *
     * @param watcher is given the receipt of the latest replay where it changes, and empty where there is none here any more
     */
    public Replays(Owner owner, KeyValues store, Clock clock, Consumer<Optional<ReplayReceipt>> watcher) {
        this.owner = owner;
        this.store = store;
        this.clock = clock;
        this.watcher = watcher;
        byte[] stored = store.get(ReplayFormat.KEY);
        if (stored != null) {
            ReplayFormat.Stored known = ReplayFormat.read(stored);
            newestNumber = known.newestNumber();
            latest = known.replay();
        }
        Replay running = running();
        if (running != null) {
            watcher.accept(Optional.of(receipt(running)));
        }
    }

    /** The partition begins where it was moved for an order; the order itself is still to come, unless it has. */
    public void moved(MovedOffsets.Move move) {
        if (latest == null || !latest.order().id().equals(move.order())) {
            awaited = move;
        }
    }

    /**
     * An order arrived.
     *
     * @param readUpTo the highest offset that was read before
     */
    public void take(ReplayOrder order, Uuid topicId, long readUpTo) {
        newestNumber = Math.max(newestNumber, order.number());
        changed = true;
        MovedOffsets.Move move = awaited;
        if (move != null && move.order().equals(order.id())) {
            awaited = null;
            begin(order, new Range(topicId, move.offset(), readUpTo));
        } else {
            LOG.debug("Sink {}: order {} did not move partition {}", owner.sink(), order, owner.partition());
        }
    }

    /**
     * An event arrived.
     *
     * @param here the replay that would begin with it: from its offset up to the highest one read before it
     * @return the replay that it is a part of, or null
     */
    public @Nullable Replay arrived(Verdict verdict, Range here) {
        Replay running = running();
        boolean readBefore = verdict == Verdict.REPLAY || (verdict == Verdict.JOINED && here.first() <= here.last());
        if (readBefore && (running == null || here.first() <= running.cursor())) {
            running = begin(ReplayOrder.none(clock.instant()), here);
        }
        passed(here.first());
        return running != null && running.covers(here.first()) ? running : null;
    }

    /** A record was read, of whatever kind. */
    public void passed(long offset) {
        Replay running = running();
        if (running != null) {
            running.passed(offset);
            changed = true;
        }
    }

    /** The number of effects that the replay recorded for an event before the event was resumed here. */
    public int recordedBefore(long offset) {
        Replay running = running();
        return running == null ? 0 : running.recordedBefore().getOrDefault(offset, 0);
    }

    /** Whether the event at an offset has been read again in the running replay. */
    public boolean covers(long offset) {
        Replay running = running();
        return running != null && running.covers(offset);
    }

    /** An effect of the event at an offset has its result. */
    public void recorded(long offset, EffectResult result) {
        Replay replay = covering(offset);
        if (replay != null) {
            replay.recorded(offset, result);
        }
    }

    /** The event at an offset is applied. */
    public void applied(long offset, int reused, int missing, int ambiguous) {
        Replay replay = covering(offset);
        if (replay != null) {
            replay.applied(offset, reused, missing, ambiguous);
        }
    }

    /** The event at an offset is parked, or was found parked. */
    public void parked(long offset) {
        Replay replay = covering(offset);
        if (replay != null) {
            replay.parked(offset);
        }
    }

    /** Adopts what the cluster reports of the event topic: a recreated topic has no replay, and what is not in the log is not awaited. */
    public void adopt(Uuid topicId, long logStart) {
        Replay running = running();
        if (running != null && !running.range().topicId().equals(topicId)) {
            abort("the topic was recreated");
        } else if (running != null && logStart > running.range().last()) {
            passed(running.range().last());
        }
    }

    /** The log was shortened to an offset: what was read from there on is not read again. */
    public void shortened(long end) {
        Replay running = running();
        if (running != null && running.range().last() >= end) {
            abort("the log was shortened");
        }
    }

    /** Just before a commit: ends the replay where all of it is processed, and writes what has changed. */
    public void write(InFlightOffsets inFlight) {
        Replay running = running();
        if (running != null
                && running.allRead()
                && !inFlight.any(running.range().first(), running.range().last())) {
            running.end(clock.instant());
            changed = true;
            if (!running.range().isEmpty()) {
                logCompleted(running.counts());
            }
        }
        if (changed) {
            store.put(ReplayFormat.KEY, ReplayFormat.write(newestNumber, latest));
            if (latest != null) {
                watcher.accept(Optional.of(receipt(latest)));
            }
            changed = false;
        }
    }

    /** The partition is assigned to another instance now. */
    public void partitionReleased() {
        watcher.accept(Optional.empty());
    }

    private @Nullable Replay running() {
        Replay known = latest;
        return known != null && known.running() ? known : null;
    }

    private @Nullable Replay covering(long offset) {
        Replay running = running();
        if (running == null || !running.covers(offset)) {
            return null;
        }
        changed = true;
        return running;
    }

    private ReplayReceipt receipt(Replay replay) {
        return replay.receipt(owner.partition());
    }

    private Replay begin(ReplayOrder order, Range range) {
        abort("the offsets were moved again");
        if (awaited != null) {
            LOG.warn(
                    "Sink {}: partition {} was moved back for an order that is not in topic {} any more, so its replay runs "
                            + "no effects. Order the replay again",
                    owner.sink(),
                    owner.partition(),
                    owner.controlTopic());
            awaited = null;
        }
        if (!range.isEmpty()) {
            LOG.info(
                    "Sink {}: replay of partition {} from offset {} up to {}, mode {}, selection {}",
                    owner.sink(),
                    owner.partition(),
                    range.first(),
                    range.last(),
                    order.mode(),
                    order.selection());
        }
        Replay begun = Replay.begin(order, range, clock.instant());
        latest = begun;
        changed = true;
        return begun;
    }

    private void abort(String reason) {
        Replay running = running();
        if (running != null) {
            LOG.warn(
                    "Sink {}: the replay of partition {} ended before it was complete, because {}: {}",
                    owner.sink(),
                    owner.partition(),
                    reason,
                    running.counts());
            latest = null;
            changed = true;
            watcher.accept(Optional.empty());
        }
    }

    private void logCompleted(ReplayCounts counts) {
        LOG.info(
                "Sink {}: replay of partition {} is complete: {} events; effects: {} reused, {} run, {} failed; {} events "
                        + "parked",
                owner.sink(),
                owner.partition(),
                counts.events(),
                counts.reused(),
                counts.run(),
                counts.failed(),
                counts.parked());
        if (counts.missing() > 0) {
            LOG.warn(
                    "Sink {}: in the replay of partition {}, {} effects had no recorded result and did not run. A replay with "
                            + "--mode fill-gaps runs them",
                    owner.sink(),
                    owner.partition(),
                    counts.missing());
        }
    }
}
