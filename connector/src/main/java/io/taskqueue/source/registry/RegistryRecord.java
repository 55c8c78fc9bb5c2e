package io.taskqueue.source.registry;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A record of the registry, with its key read and its value as it was written.
 *
 * @param key what it states, and of which queue
 * @param offset its offset, which is the epoch if it is a claim
 * @param writtenAt its timestamp
 * @param value null if the record removes what was written under its key
 */
@SuppressWarnings("ArrayRecordComponent") // compared nowhere; a record of Kafka's with its key read
public record RegistryRecord(RegistryKey key, long offset, Instant writtenAt, byte @Nullable [] value) {

    private static final Logger LOG = LoggerFactory.getLogger(RegistryRecord.class);

    public RegistryRecord {
        Objects.requireNonNull(key, "key");
    }

    /** The record; empty for one that is ignored: of a kind of a newer version or, which is logged, with an invalid key. */
    static Optional<RegistryRecord> of(ConsumerRecord<byte[], byte[]> record) {
        try {
            return RegistryKey.read(record.key())
                    .map(key -> new RegistryRecord(
                            key, record.offset(), Instant.ofEpochMilli(record.timestamp()), record.value()));
        } catch (IllegalArgumentException e) {
            LOG.warn(
                    "The record at offset {} of registry {} is skipped: {}. Something else writes to the registry; name"
                            + " another registryTopic.",
                    record.offset(),
                    record.topic(),
                    e.getMessage());
            return Optional.empty();
        }
    }
}
