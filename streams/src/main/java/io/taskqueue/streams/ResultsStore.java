package io.taskqueue.streams;

import io.taskqueue.event.Position;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.store.EffectResult;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.function.LongPredicate;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/** The recorded results of effects. Only the stream thread touches it. */
final class ResultsStore {

    static final String NAME = "results";

    /** How many events' results are read together. */
    private static final int AHEAD = 64;

    private final Map<Position, RecordedResults> ahead = new HashMap<>();
    private final String sink;
    private final KeyValueStore<Bytes, byte[]> store;

    private String lastQueue = "";
    private Position lastPosition = new Position(0, 0);

    ResultsStore(String sink, KeyValueStore<Bytes, byte[]> store) {
        this.sink = sink;
        this.store = store;
    }

    void record(EffectKey key, long offset, Instant recordedAt, EffectResult result) {
        ahead.remove(key.position());
        store.put(ResultBytes.key(key), ResultBytes.value(offset, recordedAt, result));
    }

    /** An effect is about to run; its result will take the place of this. */
    void intend(Intent intent, Instant now) {
        ahead.remove(intent.key.position());
        store.put(ResultBytes.key(intent.key), ResultBytes.intent(intent.offset, now, intent.parks));
    }

    /** An effect that was about to run is known not to have been done. */
    void withdraw(EffectKey key) {
        ahead.remove(key.position());
        store.delete(ResultBytes.key(key));
    }

    /** What is recorded of an event. */
    RecordedResults of(String queue, Position position) {
        boolean follows = queue.equals(lastQueue) && position.equals(lastPosition.next());
        lastQueue = queue;
        lastPosition = position;
        if (!follows) {
            ahead.clear();
        } else if (ahead.isEmpty()) {
            readAhead(queue, position);
        }
        RecordedResults known = ahead.remove(position);
        return known == null
                ? read(queue, position, position.next()).getOrDefault(position, RecordedResults.NONE)
                : known;
    }

    /** A replay asks for one event after the other: one scan for many of them costs little more than one for each. */
    private void readAhead(String queue, Position from) {
        Position to = new Position(from.epoch(), from.sequence() + AHEAD);
        Map<Position, RecordedResults> read = read(queue, from, to);
        for (Position at = from; at.compareTo(to) < 0; at = at.next()) {
            ahead.put(at, read.getOrDefault(at, RecordedResults.NONE));
        }
    }

    /** @param to the first position of the same epoch that is not read */
    private Map<Position, RecordedResults> read(String queue, Position from, Position to) {
        Map<Position, RecordedResults> read = new HashMap<>();
        try (KeyValueIterator<Bytes, byte[]> results =
                store.range(Bytes.wrap(ResultBytes.prefix(queue, from)), Bytes.wrap(ResultBytes.prefix(queue, to)))) {
            while (results.hasNext()) {
                KeyValue<Bytes, byte[]> result = results.next();
                EffectKey key = ResultBytes.key(sink, result.key);
                RecordedResults of = read.computeIfAbsent(
                        key.position(),
                        position -> new RecordedResults(new HashMap<>(2), new HashSet<>(2), new HashSet<>(2)));
                if (ResultBytes.isIntent(result.value)) {
                    of.intents().add(key);
                    if (ResultBytes.parks(result.value)) {
                        of.undecided().add(key);
                    }
                } else {
                    of.results().put(key, ResultBytes.result(result.value));
                }
            }
        }
        return read;
    }

    /** Forgets all results of an event. */
    void forget(String queue, Position position) {
        ahead.remove(position);
        List<Bytes> gone = new ArrayList<>();
        try (KeyValueIterator<Bytes, byte[]> results =
                store.prefixScan(ResultBytes.prefix(queue, position), new ByteArraySerializer())) {
            results.forEachRemaining(result -> gone.add(result.key));
        }
        gone.forEach(store::delete);
    }

    /**
     * How far a purge came.
     *
     * @param looks results that were looked at
     * @param next from where to go on
     * @param more whether there may be more to delete there
     */
    record Purged(int looks, @Nullable Bytes next, boolean more) {}

    /**
     * Deletes a queue's oldest results while their event lies before an offset.
     *
     * @param from the key to begin with; null for the queue's first
     * @param kept the offsets of events whose results stay
     * @param limit how many are looked at
     */
    Purged purge(String queue, @Nullable Bytes from, long before, LongPredicate kept, int limit) {
        ahead.clear();
        Bytes prefix = Bytes.wrap(ResultBytes.queuePrefix(queue));
        List<Bytes> gone = new ArrayList<>();
        Bytes next = from;
        int looks = 0;
        boolean more = false;
        try (KeyValueIterator<Bytes, byte[]> results =
                store.range(from == null ? prefix : from, KeyOrder.behindAllOf(prefix))) {
            while (results.hasNext() && !more) {
                KeyValue<Bytes, byte[]> result = results.next();
                long offset = ResultBytes.offset(result.value);
                boolean stays = kept.test(offset);
                if (!stays && offset >= before) {
                    break;
                }
                if (!stays) {
                    gone.add(result.key);
                }
                next = KeyOrder.behind(result.key);
                looks++;
                more = looks == limit;
            }
        }
        gone.forEach(store::delete);
        return new Purged(looks, next, more);
    }
}
