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
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

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

    /**
     * Deletes a queue's oldest results while their event lies before an offset.
     *
     * @return how many were deleted; fewer than the limit means that none is left
     */
    int purge(String queue, long before, int limit) {
        List<Bytes> gone = new ArrayList<>();
        try (KeyValueIterator<Bytes, byte[]> results =
                store.prefixScan(ResultBytes.queuePrefix(queue), new ByteArraySerializer())) {
            while (gone.size() < limit && results.hasNext()) {
                KeyValue<Bytes, byte[]> result = results.next();
                if (ResultBytes.offset(result.value) >= before) {
                    break;
                }
                gone.add(result.key);
            }
        }
        gone.forEach(store::delete);
        return gone.size();
    }
}
