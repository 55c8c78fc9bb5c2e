package io.taskqueue.streams;

import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.serde.ReplicationEventCodec;
import io.taskqueue.serde.UndecodableEventException;
import io.taskqueue.sink.EffectMode;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One partition's events between being seen and being applied: handed to the workers, their outcomes written down. Only the
 * stream thread calls it, but for {@link #pause()} and {@link #awaitRest(long)}.
 */
final class PartitionWork<T> implements Quiesce.Restful {

    private static final Logger LOG = LoggerFactory.getLogger(PartitionWork.class);

    private final Handover<Handed> handover = new Handover<>();
    private final InFlight<T> inFlight = new InFlight<>();
    private final SinkParts<T> parts;
    private final History history;
    private final ResultsStore results;
    private final InFlightStore stored;
    private final Lanes<T> lanes;
    private final int partition;
    private @Nullable SinkStoppedException failure;
    private boolean marked;

    PartitionWork(SinkParts<T> parts, History history, ResultsStore results, InFlightStore stored, int partition) {
        this.parts = parts;
        this.history = history;
        this.results = results;
        this.stored = stored;
        this.partition = partition;
        this.lanes = new Lanes<>(parts.threads(), new Worker<>(parts.settings(), handover, new Random()));
    }

    /** Takes up what was in flight at the last commit, by offset. */
    void resumeStored(ReplicationEventCodec<T> codec) {
        for (InFlightStore.Stored entry : stored.all()) {
            ReplicationEvent<T> event = decoded(codec, entry);
            LiveEvent<T> live =
                    live(entry.key(), entry.offset(), event, entry.value().get(), entry.mode(), true);
            inFlight.restore(live);
            history.advanced(event.queueName());
            begin(live);
        }
    }

    /**
     * Hands an event to the workers, unless it is there already.
     *
     * @param mayHaveResults whether effects of it may have been recorded, so that the store must be asked
     */
    void dispatch(
            Uuid topicId,
            long offset,
            ReplicationEvent<T> event,
            byte[] value,
            EffectMode mode,
            boolean mayHaveResults) {
        Bytes key = InFlightStore.key(topicId, offset);
        if (!inFlight.contains(key)) {
            LiveEvent<T> live = live(key, offset, event, value, mode, mayHaveResults);
            inFlight.add(live);
            begin(live);
        }
    }

    /** Writes down what the workers have found out, and says whether that was anything. */
    boolean drain() {
        List<Handed> all = handover.take();
        for (Handed handed : all) {
            if (handed instanceof Handed.Recorded recorded) {
                results.record(
                        recorded.key(),
                        recorded.offset(),
                        parts.settings().clock.instant(),
                        recorded.result());
                parts.watched().progress().recorded(recorded.result());
            } else if (handed instanceof Handed.Applied applied) {
                applied(applied);
            } else if (handed instanceof Handed.GaveUp gaveUp && failure == null) {
                failure = Failures.gaveUp(parts.settings().name, partition, gaveUp);
                lanes.pause();
            }
        }
        return !all.isEmpty();
    }

    /** Waits for outcomes while as much is in flight as may be, and returns what is left of the time, in nanoseconds. */
    long awaitRoom(long nanos) throws InterruptedException {
        long left = nanos;
        while (inFlight.size() >= parts.settings().maxInFlight && left > 0 && !resting()) {
            left = handover.awaitSome(left);
            drain();
        }
        return left;
    }

    /** Just before a commit: what is recorded, in flight and seen goes to the stores. */
    void write() {
        drain();
        inFlight.write(stored);
        history.write(inFlight);
        history.show(inFlight);
    }

    void show() {
        history.show(inFlight);
    }

    /** Lets the workers go on, if they were only held for a hand-over. */
    void resume() {
        if (!resting()) {
            lanes.resume();
        }
    }

    /** Why nothing more is begun, or null. */
    @Nullable
    SinkStoppedException failure() {
        return failure;
    }

    boolean idle() {
        return inFlight.size() == 0;
    }

    /** The lowest offset in flight, or a given one where that is lower. */
    long lowestOffset(long atMost) {
        return inFlight.lowestOffset(atMost);
    }

    /** Whether nothing more is begun, for good. */
    boolean resting() {
        return failure != null || parts.quiesce().closing();
    }

    @Override
    public void pause() {
        lanes.pause();
    }

    /** The task has done something that makes it commit, or has just committed. */
    void marked(boolean now) {
        marked = now;
    }

    @Override
    public boolean willCommit() {
        return marked || inFlight.size() == 0;
    }

    /** Waits until nothing runs; returns what is left of the time, in nanoseconds. */
    long awaitIdle(long nanos) throws InterruptedException {
        return lanes.awaitIdle(nanos);
    }

    @Override
    public long awaitRest(long nanos) throws InterruptedException {
        long left = lanes.awaitIdle(nanos);
        return handover.awaitTaken(left);
    }

    /** Interrupts what still runs: the next owner of the partition applies it. */
    void abandon() {
        lanes.shut();
        parts.watched().progress().inFlight(-inFlight.size());
        if (!parts.quiesce().closing()) {
            history.leave(); // when closing, what was reached last is still worth showing
        }
    }

    private LiveEvent<T> live(
            Bytes key, long offset, ReplicationEvent<T> event, byte[] value, EffectMode mode, boolean mayHaveResults) {
        EventResults known = new EventResults(
                mayHaveResults ? results.of(event.queueName(), event.position()) : Map.of(), offset, handover);
        return new LiveEvent<>(key, offset, event, value, mode, known);
    }

    private void begin(LiveEvent<T> live) {
        parts.watched().progress().inFlight(1);
        lanes.admit(live);
    }

    private void applied(Handed.Applied applied) {
        LiveEvent<?> live = applied.live();
        ReplicationEvent<?> event = live.event;
        inFlight.finish(live);
        history.advanced(event.queueName());
        SinkProgress progress = parts.watched().progress();
        progress.inFlight(-1);
        progress.applied(applied.reused(), applied.missing());
        progress.queue(event.queueName()).applied(event, live.replayed());
        if (applied.missing() > 0) {
            LOG.warn(
                    "Sink {}: {} effects of {} at offset {} have no recorded result. A replay runs nothing, so they were "
                            + "left undone",
                    parts.settings().name,
                    applied.missing(),
                    event,
                    live.offset);
        }
        Observers observers = parts.watched().observers();
        if (observers.any()) {
            observers.offer(new AppliedEvent<>(
                    event,
                    partition,
                    live.offset,
                    live.replayed(),
                    parts.settings().clock.instant()));
        }
    }

    private ReplicationEvent<T> decoded(ReplicationEventCodec<T> codec, InFlightStore.Stored entry) {
        try {
            return codec.decode(entry.value().get());
        } catch (UndecodableEventException e) {
            throw Failures.undecodableInFlight(parts.settings().name, entry.offset(), e);
        }
    }
}
