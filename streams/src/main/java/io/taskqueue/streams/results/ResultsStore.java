package io.taskqueue.streams.results;

import io.taskqueue.event.Position;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.store.EffectResult;
import io.taskqueue.streams.state.KeyRange;
import io.taskqueue.streams.state.KeyValues;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongPredicate;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/** The recorded results and intents of one partition's effects. For the stream thread only. */
public final class ResultsStore {

    /** The number of events whose results are read together. */
    private static final int PREFETCHED = 64;

    private final Map<Position, RecordedResults> prefetched = new HashMap<>();
    private final String sink;
    private final KeyValues store;
    private String lastQueue = "";
    private Position lastPosition = new Position(0, 0);

    public ResultsStore(String sink, KeyValues store) {
        this.sink = sink;
        this.store = store;
    }

    /**
     * Records a result, in place of its intent if there is one.
     *
     * @param offset the event's
     */
    public void record(EffectKey key, long offset, Instant recordedAt, EffectResult result) {
        prefetched.remove(key.position());
        store.put(ResultFormat.key(key), ResultFormat.value(offset, recordedAt, result));
    }

    /**
     * Records that an effect is about to run.
     *
     * @param offset the event's
     * @param parks whether an operator decides where its result stays unknown
     */
    public void intend(EffectKey key, long offset, Instant now, boolean parks) {
        prefetched.remove(key.position());
        store.put(ResultFormat.key(key), ResultFormat.intent(offset, now, parks));
    }

    /**
     * Records that an effect was done and its result is too large to be recorded, in place of its intent if there is one.
     *
     * @param offset the event's
     * @param bytes the size of the entry with its result
     */
    public void recordTooLarge(EffectKey key, long offset, Instant now, long bytes) {
        prefetched.remove(key.position());
        store.put(ResultFormat.key(key), ResultFormat.tooLarge(offset, now, bytes));
    }

    /**
     * Copies what is recorded of an event's effects to a new generation, without failures: with these keys, only the failed effects and
     * those that never ran are run.
     *
     * @param known what is recorded of the event
     * @param generation higher than those that anything is recorded of
     * @param offset the event's
     * @return what is recorded now
     */
    public RecordedResults keep(RecordedResults known, int generation, long offset, Instant now) {
        RecordedResults all = RecordedResults.empty();
        all.addAll(known);
        for (EffectKey from : known.newest().values()) {
            EffectResult result = known.results().get(from);
            if (from.generation() < generation && !(result instanceof EffectResult.Failed)) {
                EffectKey to = from.inGeneration(generation);
                Long tooLarge = known.tooLarge().get(from);
                if (result != null) {
                    record(to, offset, now, result);
                    all.results().put(to, result);
                } else if (tooLarge != null) {
                    recordTooLarge(to, offset, now, tooLarge);
                    all.intents().add(to);
                    all.tooLarge().put(to, tooLarge);
                } else {
                    boolean parks = known.undecided().contains(from);
                    intend(to, offset, now, parks);
                    all.intents().add(to);
                    if (parks) {
                        all.undecided().add(to);
                    }
                }
            }
        }
        return all;
    }

    /** Deletes the intent of an effect that is known not to have been done. */
    public void withdraw(EffectKey key) {
        prefetched.remove(key.position());
        store.delete(ResultFormat.key(key));
    }

    /** What is recorded of an event. Events of a queue that are asked for in order are read together. */
    public RecordedResults find(String queue, Position position) {
        boolean follows = queue.equals(lastQueue) && position.equals(lastPosition.next());
        lastQueue = queue;
        lastPosition = position;
        if (!follows) {
            prefetched.clear();
        } else if (prefetched.isEmpty()) {
            prefetch(queue, position);
        }
        RecordedResults known = prefetched.remove(position);
        return known == null
                ? read(queue, position, position.next()).getOrDefault(position, RecordedResults.NONE)
                : known;
    }

    /** A replay asks for one event after the other: a scan for many of them costs little more than a scan for one. */
    private void prefetch(String queue, Position from) {
        Position to = new Position(from.epoch(), from.sequence() + PREFETCHED);
        Map<Position, RecordedResults> read = read(queue, from, to);
        for (Position at = from; at.compareTo(to) < 0; at = at.next()) {
            prefetched.put(at, read.getOrDefault(at, RecordedResults.NONE));
        }
    }

    /** @param to the first position of the same epoch that is not read */
    private Map<Position, RecordedResults> read(String queue, Position from, Position to) {
        Map<Position, RecordedResults> read = new HashMap<>();
        try (KeyValues.Entries results =
                store.range(ResultFormat.eventPrefix(queue, from), ResultFormat.eventPrefix(queue, to))) {
            results.forEachRemaining(entry -> {
                EffectKey key = ResultFormat.key(sink, entry.key());
                RecordedResults event = read.computeIfAbsent(key.position(), position -> RecordedResults.empty());
                ResultFormat.result(entry.value())
                        .ifPresentOrElse(result -> event.results().put(key, result), () -> event.intents()
                                .add(key));
                if (ResultFormat.parks(entry.value())) {
                    event.undecided().add(key);
                }
                ResultFormat.tooLarge(entry.value())
                        .ifPresent(bytes -> event.tooLarge().put(key, bytes));
            });
        }
        return read;
    }

    /** Whether anything is recorded of a queue. */
    public boolean anyOf(String queue) {
        Bytes prefix = ResultFormat.queuePrefix(queue);
        try (KeyValues.Entries results = store.range(prefix, KeyRange.endOf(prefix))) {
            return results.hasNext();
        }
    }

    /** Deletes all that is recorded of an event. */
    public void delete(String queue, Position position) {
        prefetched.remove(position);
        List<Bytes> found = new ArrayList<>();
        Bytes prefix = ResultFormat.eventPrefix(queue, position);
        try (KeyValues.Entries results = store.range(prefix, KeyRange.endOf(prefix))) {
            results.forEachRemaining(entry -> found.add(entry.key()));
        }
        found.forEach(store::delete);
    }

    /**
     * How far a purge has proceeded.
     *
     * @param inspected the number of results that were looked at
     * @param next the key to continue with; null for the queue's first
     * @param more whether there may be more to delete from there on
     */
    record Purged(int inspected, @Nullable Bytes next, boolean more) {}

    /**
     * Deletes a queue's oldest results while their event lies before an offset.
     *
     * @param from the key to begin with; null for the queue's first
     * @param needed whether the results of the event at an offset are still needed
     * @param limit the number of results that are looked at
     */
    Purged purge(String queue, @Nullable Bytes from, long before, LongPredicate needed, int limit) {
        prefetched.clear();
        Bytes prefix = ResultFormat.queuePrefix(queue);
        List<Bytes> expired = new ArrayList<>();
        Bytes next = from;
        int inspected = 0;
        boolean more = false;
        try (KeyValues.Entries results = store.range(from == null ? prefix : from, KeyRange.endOf(prefix))) {
            while (results.hasNext() && !more) {
                KeyValues.Entry result = results.next();
                long offset = ResultFormat.offset(result.value());
                boolean stays = needed.test(offset);
                if (!stays && offset >= before) {
                    break;
                }
                if (!stays) {
                    expired.add(result.key());
                }
                next = KeyRange.after(result.key());
                inspected++;
                more = inspected == limit;
            }
        }
        expired.forEach(store::delete);
        return new Purged(inspected, next, more);
    }
}
