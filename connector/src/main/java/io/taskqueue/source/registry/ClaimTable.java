package io.taskqueue.source.registry;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The newest claim of each queue, from the records of the registry in their order: all of them, read to their end, or followed as they are
 * written. A record that is not a valid claim is logged and ignored. Not thread-safe.
 */
public final class ClaimTable {

    private static final Logger LOG = LoggerFactory.getLogger(ClaimTable.class);

    private final String topic;
    private final Map<String, Claim> claims = new TreeMap<>();

    /** @param topic the registry topic, for messages */
    public ClaimTable(String topic) {
        this.topic = topic;
    }

    /** The one partition of a registry topic. */
    public static TopicPartition partition(String topic) {
        return ClaimRegistry.partitionOf(topic);
    }

    /** Adds the next record of the registry; one that is not a claim changes nothing. */
    public void add(ConsumerRecord<byte[], byte[]> record) {
        RegistryRecord.of(record)
                .filter(read -> read.key().kind() == RegistryKey.Kind.CLAIM)
                .ifPresent(this::add);
    }

    void add(RegistryRecord record) {
        if (record.value() == null) {
            claims.remove(record.key().queueName());
        } else {
            claim(record, topic).ifPresent(claim -> claims.put(claim.queueName(), claim));
        }
    }

    /** The claim that a record holds; empty, which is logged, if it holds none. */
    static Optional<Claim> claim(RegistryRecord record, String topic) {
        try {
            return Optional.of(ClaimJson.read(record, topic));
        } catch (IllegalArgumentException e) {
            LOG.warn("{}", e.getMessage());
            return Optional.empty();
        }
    }

    /** Forgets all claims, because the registry is read again from its start. */
    public void clear() {
        claims.clear();
    }

    /** The claims as they are now, by the name of the queue and sorted by it; a copy. */
    public Map<String, Claim> byQueue() {
        return Collections.unmodifiableMap(new TreeMap<>(claims));
    }
}
