package io.taskqueue.streams;

import io.taskqueue.event.Position;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.EffectResult;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

    private final String sink;
    private final KeyValueStore<Bytes, byte[]> store;

    ResultsStore(String sink, KeyValueStore<Bytes, byte[]> store) {
        this.sink = sink;
        this.store = store;
    }

    void record(EffectKey key, long offset, Instant recordedAt, EffectResult result) {
        store.put(ResultBytes.key(key), ResultBytes.value(offset, recordedAt, result));
    }

    /** An effect is about to run; its result will take the place of this. */
    void intend(EffectKey key, long offset, Instant now) {
        store.put(ResultBytes.key(key), ResultBytes.intent(offset, now));
    }

    /** An effect that was about to run is known not to have been done. */
    void withdraw(EffectKey key) {
        store.delete(ResultBytes.key(key));
    }

    RecordedResults of(String queue, Position position) {
        Map<EffectKey, EffectResult> found = new HashMap<>();
        Set<EffectKey> intents = new HashSet<>();
        try (KeyValueIterator<Bytes, byte[]> results =
                store.prefixScan(ResultBytes.prefix(queue, position), new ByteArraySerializer())) {
            while (results.hasNext()) {
                KeyValue<Bytes, byte[]> result = results.next();
                EffectKey key = ResultBytes.key(sink, result.key);
                if (ResultBytes.isIntent(result.value)) {
                    intents.add(key);
                } else {
                    found.put(key, ResultBytes.result(result.value));
                }
            }
        }
        return new RecordedResults(found, intents);
    }

    /** Forgets all results of an event. */
    void forget(String queue, Position position) {
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
