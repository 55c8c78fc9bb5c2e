package io.taskqueue.source;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The registry of who owns a queue: a compacted topic of one partition, in which the offset of a claim is its epoch. */
public final class SourceRegistry {

    private static final Logger LOG = LoggerFactory.getLogger(SourceRegistry.class);

    private SourceRegistry() {}

    /**
     * The newest claim of each queue, read to the end that the registry has now.
     *
     * @param kafka where Kafka is, as for a source: {@code consumer.} prefixed properties go to the client alone
     * @param registryTopic the registry topic, by default {@code taskqueue.sources}
     * @return claims by queue name, sorted by it
     * @throws org.apache.kafka.common.KafkaException if Kafka does not answer, or the topic is missing
     */
    public static Map<String, Claim> read(Map<String, ?> kafka, String registryTopic) {
        KafkaSettings settings = new KafkaSettings(kafka);
        try (PartitionReader reader =
                new PartitionReader(settings.consumer(), Duration.ofMillis(settings.apiTimeoutMillis()))) {
            return read(reader, registryTopic).claims();
        }
    }

    /** The registry as it was read, and the offset up to which. */
    record Snapshot(Map<String, Claim> claims, long end) {}

    static Snapshot read(PartitionReader reader, String registryTopic) {
        PartitionReader.Extent extent = reader.extent(registryTopic, 0);
        Map<String, Claim> claims = new TreeMap<>();
        reader.from(registryTopic, 0, extent.begin());
        reader.readTo(extent.end(), record -> apply(record, claims));
        return new Snapshot(Collections.unmodifiableMap(claims), extent.end());
    }

    private static void apply(ConsumerRecord<byte[], byte[]> record, Map<String, Claim> claims) {
        if (record.key() == null) {
            LOG.warn("Offset {} of registry {} has no key and is passed over.", record.offset(), record.topic());
        } else if (record.value() == null) {
            claims.remove(new String(record.key(), StandardCharsets.UTF_8));
        } else {
            try {
                Claim claim = ClaimJson.read(record);
                claims.put(claim.queueName(), claim);
            } catch (IllegalArgumentException e) {
                LOG.warn("{}", e.getMessage());
            }
        }
    }
}
