package io.taskqueue.source.registry;

import io.taskqueue.kafka.ClientProperties;
import io.taskqueue.kafka.TopicReader;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The low-water marks of one queue in a registry: finds the newest while the registry is read, and builds the record of the next one.
 * For one thread.
 */
public final class QueueMarks implements Consumer<RegistryRecord> {

    private static final Logger LOG = LoggerFactory.getLogger(QueueMarks.class);

    private final String registry;
    private final RegistryKey key;
    private @Nullable LowWaterMark newest;

    /** @param registry the registry topic */
    public QueueMarks(String registry, String queueName) {
        this.registry = registry;
        this.key = RegistryKey.mark(queueName);
    }

    /** Takes the next record of the registry. */
    @Override
    public void accept(RegistryRecord record) {
        if (!record.key().equals(key)) {
            return;
        }
        newest = null;
        if (record.value() != null) {
            try {
                newest = MarkJson.read(record, registry);
            } catch (IllegalArgumentException e) {
                LOG.warn("{}", e.getMessage());
            }
        }
    }

    /** The newest mark among the records so far; empty if there is none, or if it cannot be read. */
    public Optional<LowWaterMark> newest() {
        return Optional.ofNullable(newest);
    }

    /**
     * The newest mark of each queue, read to the end that the registry has now; marks that cannot be read are left out.
     *
     * @param kafka where Kafka is, as for a source
     * @throws org.apache.kafka.common.KafkaException if Kafka does not answer, or the topic does not exist
     */
    public static Map<String, LowWaterMark> readAll(Map<String, ?> kafka, String registry) {
        Map<String, QueueMarks> marks = new HashMap<>();
        try (TopicReader reader =
                TopicReader.open(kafka, IsolationLevel.READ_UNCOMMITTED, new ClientProperties(kafka).apiTimeout())) {
            var unused = new ClaimRegistry(reader, registry).read(record -> marks.computeIfAbsent(
                            record.key().queueName(), queue -> new QueueMarks(registry, queue))
                    .accept(record));
        }
        Map<String, LowWaterMark> newest = new HashMap<>();
        marks.forEach((queue, each) -> each.newest().ifPresent(mark -> newest.put(queue, mark)));
        return newest;
    }

    /** The record that publishes a mark. */
    public static ProducerRecord<byte[], byte[]> record(String registry, LowWaterMark mark) {
        return new ProducerRecord<>(
                registry,
                ClaimRegistry.partitionOf(registry).partition(),
                RegistryKey.mark(mark.queueName()).bytes(),
                MarkJson.value(mark));
    }
}
