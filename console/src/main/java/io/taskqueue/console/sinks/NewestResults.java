package io.taskqueue.console.sinks;

import io.taskqueue.event.Position;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.streams.admin.EffectRecord;
import io.taskqueue.streams.results.ResultFormat;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.utils.Bytes;

/**
 * The newest results that a sink has recorded of its effects, by the position of their event, up to a number of bytes. Thread-safe.
 */
final class NewestResults {

    /** What each entry needs besides its bytes, at least. */
    private static final int OVERHEAD = 200;

    /** A recorded result, as it is stored. */
    @SuppressWarnings("ArrayRecordComponent") // compared nowhere
    private record Stored(int partition, byte[] value) {}

    private final String sink;
    private final long maxBytes;
    private final Map<Bytes, Stored> newest = new LinkedHashMap<>();
    private final Map<Bytes, Set<Bytes>> byEvent = new HashMap<>();
    private long bytes;
    private Instant removedUpTo = Instant.MIN;

    NewestResults(String sink, long maxBytes) {
        this.sink = sink;
        this.maxBytes = maxBytes;
    }

    /** Adds the next record of a partition of the changelog. */
    synchronized void add(ConsumerRecord<byte[], byte[]> record) {
        Bytes key = Bytes.wrap(record.key());
        remove(key);
        if (record.value() == null) {
            return;
        }
        newest.put(key, new Stored(record.partition(), record.value()));
        byEvent.computeIfAbsent(event(key), event -> new HashSet<>()).add(key);
        bytes += size(key, record.value());
        Iterator<Bytes> oldest = newest.keySet().iterator();
        while (bytes > maxBytes && newest.size() > 1) {
            Bytes gone = oldest.next();
            Stored stored = Objects.requireNonNull(newest.get(gone));
            oldest.remove();
            forget(gone, stored);
            Instant at = ResultFormat.recordedAt(stored.value());
            removedUpTo = at.isAfter(removedUpTo) ? at : removedUpTo;
        }
    }

    /** Forgets a partition, which is read again from its start. */
    synchronized void restart(int partition) {
        Iterator<Map.Entry<Bytes, Stored>> entries = newest.entrySet().iterator();
        while (entries.hasNext()) {
            Map.Entry<Bytes, Stored> entry = entries.next();
            if (entry.getValue().partition() == partition) {
                entries.remove();
                forget(entry.getKey(), entry.getValue());
            }
        }
    }

    /** Whether nothing was removed to make room that was recorded since a time: what is not here was not recorded. */
    synchronized boolean holdsAllSince(Instant time) {
        return removedUpTo.isBefore(time);
    }

    /** The records of an event, under all generations of their keys. */
    synchronized Map<EffectKey, EffectRecord> of(String queue, Position position) {
        Map<EffectKey, EffectRecord> found = new HashMap<>();
        for (Bytes key : byEvent.getOrDefault(ResultFormat.eventPrefix(queue, position), Set.of())) {
            Stored stored = newest.get(key);
            if (stored != null) {
                EffectKey effect = ResultFormat.key(sink, key);
                found.put(effect, record(effect, stored.value()));
            }
        }
        return found;
    }

    static EffectRecord record(EffectKey effect, byte[] value) {
        return new EffectRecord(effect, ResultFormat.recordedAt(value), ResultFormat.result(value));
    }

    private void remove(Bytes key) {
        Stored before = newest.remove(key);
        if (before != null) {
            forget(key, before);
        }
    }

    private void forget(Bytes key, Stored stored) {
        bytes -= size(key, stored.value());
        byEvent.computeIfPresent(event(key), (event, keys) -> {
            keys.remove(key);
            return keys.isEmpty() ? null : keys;
        });
    }

    private Bytes event(Bytes key) {
        EffectKey effect = ResultFormat.key(sink, key);
        return ResultFormat.eventPrefix(effect.queueName(), effect.position());
    }

    private static long size(Bytes key, byte[] value) {
        return OVERHEAD + 2L * key.get().length + value.length;
    }
}
