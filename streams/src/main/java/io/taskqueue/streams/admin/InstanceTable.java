package io.taskqueue.streams.admin;

import io.taskqueue.streams.instances.InstanceFormat;
import io.taskqueue.streams.instances.SinkInstance;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.utils.Bytes;

/**
 * The newest report of each instance of a sink that was not closed, from the records of its topic in their order: all of them, read to their end,
 * or followed as they are written. It holds the newest {@value #LIMIT}. A record that is not a valid report is ignored. Not thread-safe.
 */
public final class InstanceTable {

    /** How many instances are held at most. */
    public static final int LIMIT = 1_000;

    private final Map<Bytes, SinkInstance> newest = new LinkedHashMap<>();

    /** Adds the next record. */
    public void add(ConsumerRecord<byte[], byte[]> record) {
        if (record.key() == null) {
            return;
        }
        Bytes key = Bytes.wrap(record.key());
        newest.remove(key);
        if (record.value() != null) {
            InstanceFormat.read(record.value()).ifPresent(instance -> newest.put(key, instance));
        }
        if (newest.size() > LIMIT) {
            Iterator<Bytes> keys = newest.keySet().iterator();
            Bytes unused = keys.next();
            keys.remove();
        }
    }

    /** Forgets all, because the topic is read again from its start. */
    public void clear() {
        newest.clear();
    }

    /** The reports, the newest first. */
    public List<SinkInstance> list() {
        return newest.values().stream()
                .sorted(Comparator.comparing(SinkInstance::at).reversed())
                .toList();
    }
}
