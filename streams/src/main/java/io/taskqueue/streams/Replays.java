package io.taskqueue.streams;

import io.taskqueue.sink.store.EffectResult;
import io.taskqueue.streams.Classification.Verdict;
import io.taskqueue.streams.Replay.Range;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The replays of one partition: which one goes on, and its receipt, written with each commit. Only the stream thread touches it.
 *
 * <pre>
 *             an order comes, and the offsets are where it moved them
 *   (none) ------------------------------------------------------------&gt; as ordered ------+
 *     |  |                                                                                |
 *     |  +----- an event is seen again, and nobody ordered it -------&gt; recorded only --+  |
 *     |                                                                                v  v
 *     +&lt;------------ all up to the highest offset seen before is done with ------- running
 * </pre>
 *
 * <p>An order is for one move of offsets, which carries its id ({@link MovedOffsets}). Where the move failed, or another
 * followed it, the order means nothing. One that moves the offsets back again ends the replay before it, incomplete.
 */
final class Replays {

    static final String NAME = "replays";

    private static final Logger LOG = LoggerFactory.getLogger(Replays.class);

    private final SinkSettings<?> settings;
    private final KeyValueStore<Bytes, byte[]> store;
    private final SinkProgress progress;
    private final int partition;
    private @Nullable Replay latest;
    private MovedOffsets.@Nullable Move awaited;
    private int newestNumber;
    private boolean changed;

    Replays(SinkSettings<?> settings, KeyValueStore<Bytes, byte[]> store, SinkProgress progress, int partition) {
        this.settings = settings;
        this.store = store;
        this.progress = progress;
        this.partition = partition;
        byte[] stored = store.get(ReplayBytes.KEY);
        if (stored != null) {
            ReplayBytes.Stored known = ReplayBytes.read(stored);
            newestNumber = known.newestNumber();
            latest = known.replay();
        }
        Replay running = running();
        if (running != null) {
            progress.replay(running.receipt(partition));
        }
    }

    /** The partition begins where an order moved it; the order itself is still to come, unless it has. */
    void moved(MovedOffsets.Move move) {
        if (latest == null || !latest.order.id().equals(move.order())) {
            awaited = move;
        }
    }

    /**
     * An order came.
     *
     * @param seenTo the highest offset that was seen before
     */
    void take(ReplayOrder order, Uuid topicId, long seenTo) {
        newestNumber = Math.max(newestNumber, order.number());
        changed = true;
        MovedOffsets.Move move = awaited;
        if (move != null && move.order().equals(order.id())) {
            awaited = null;
            begin(order, new Range(topicId, move.offset(), seenTo));
        } else {
            LOG.debug("Sink {}: order {} is not what moved partition {}", settings.name, order, partition);
        }
    }

    /**
     * An event came.
     *
     * @param here the replay that would begin with it: from its offset up to the highest one seen before it
     * @return the replay that it is a part of, or null
     */
    @Nullable
    Replay arrived(Verdict verdict, Range here) {
        if (verdict == Verdict.REWRITTEN) {
            cutShort("the log was rewritten");
            return null;
        }
        Replay running = running();
        boolean seenBefore = verdict == Verdict.REPLAY || (verdict == Verdict.JOINED && here.first() <= here.last());
        if (seenBefore && (running == null || here.first() <= running.cursor())) {
            running = begin(ReplayOrder.nobodys(settings.clock.instant()), here);
        }
        passed(here.first());
        return running != null && running.covers(here.first()) ? running : null;
    }

    /** A record was read, whatever it was. */
    void passed(long offset) {
        Replay running = running();
        if (running != null) {
            running.passed(offset);
            changed = true;
        }
    }

    /** Effects that the replay recorded for an event before the event was taken up again. */
    int ranBefore(long offset) {
        Replay running = running();
        return running == null ? 0 : running.ranBefore.getOrDefault(offset, 0);
    }

    /** Whether the event at an offset has been seen again in the replay that goes on. */
    boolean covers(long offset) {
        Replay running = running();
        return running != null && running.covers(offset);
    }

    /** An effect of the event at an offset has its result. */
    void recorded(long offset, EffectResult result) {
        Replay replay = of(offset);
        if (replay != null) {
            replay.recorded(offset, result);
        }
    }

    /** The event at an offset is done with. */
    void applied(long offset, int reused, int missing, int ambiguous) {
        Replay replay = of(offset);
        if (replay != null) {
            replay.applied(offset, reused, missing, ambiguous);
        }
    }

    /** The event at an offset is set aside, or was found so. */
    void parked(long offset) {
        Replay replay = of(offset);
        if (replay != null) {
            replay.parked(offset);
        }
    }

    /** What the cluster says of the event topic: another topic has no replay, and what it does not hold cannot be seen again. */
    void startOver(Uuid topicId, long logStart) {
        Replay running = running();
        if (running != null && !running.range.topicId().equals(topicId)) {
            cutShort("the topic was made anew");
        } else if (running != null && logStart > running.range.last()) {
            passed(running.range.last());
        }
    }

    /** Just before a commit. */
    void write(InFlight<?> inFlight) {
        Replay running = running();
        if (running != null && running.seenAll() && !inFlight.any(running.range.first(), running.range.last())) {
            running.end(settings.clock.instant());
            changed = true;
            report(running.receipt(partition));
        }
        if (changed) {
            store.put(ReplayBytes.KEY, ReplayBytes.write(newestNumber, latest));
            if (latest != null) {
                progress.replay(latest.receipt(partition));
            }
            changed = false;
        }
    }

    /** The partition is another instance's now. */
    void leave() {
        progress.replayLeft(partition);
    }

    private @Nullable Replay running() {
        Replay known = latest;
        return known != null && known.running() ? known : null;
    }

    private @Nullable Replay of(long offset) {
        Replay running = running();
        if (running == null || !running.covers(offset)) {
            return null;
        }
        changed = true;
        return running;
    }

    private Replay begin(ReplayOrder order, Range range) {
        cutShort("the offsets were moved again");
        if (awaited != null) {
            LOG.warn(
                    "Sink {}: partition {} was moved back by an order that is not on {} any more, so its replay runs nothing. "
                            + "Order it again",
                    settings.name,
                    partition,
                    settings.controlTopic);
            awaited = null;
        }
        LOG.info(
                "Sink {}: replay of partition {} from offset {} up to {}, {} of {}",
                settings.name,
                partition,
                range.first(),
                range.last(),
                order.mode(),
                order.selection());
        Replay begun = Replay.begun(order, range, settings.clock.instant());
        latest = begun;
        changed = true;
        return begun;
    }

    private void cutShort(String why) {
        Replay running = running();
        if (running != null) {
            LOG.warn(
                    "Sink {}: the replay of partition {} ended before it was complete, because {}: {}",
                    settings.name,
                    partition,
                    why,
                    running.counts());
            latest = null;
            changed = true;
            progress.replayLeft(partition);
        }
    }

    private void report(ReplayReceipt receipt) {
        ReplayCounts counts = receipt.counts();
        LOG.info(
                "Sink {}: replay of partition {} is complete: {} events; effects: {} reused, {} run, {} failed; {} events "
                        + "parked",
                settings.name,
                partition,
                counts.events(),
                counts.reused(),
                counts.run(),
                counts.failed(),
                counts.parked());
        if (counts.missing() > 0) {
            LOG.warn(
                    "Sink {}: in the replay of partition {}, {} effects had no recorded result and did not run. A replay with "
                            + "--mode fill-gaps runs them",
                    settings.name,
                    partition,
                    counts.missing());
        }
    }
}
