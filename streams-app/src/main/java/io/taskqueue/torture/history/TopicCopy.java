package io.taskqueue.torture.history;

import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.kafka.TopicReader;
import io.taskqueue.serde.EventHeaders;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.serde.ReplicationEventCodec;
import io.taskqueue.serde.UndecodableEventException;
import io.taskqueue.torture.history.TopicEntry.InvalidRecord;
import io.taskqueue.torture.history.TopicEntry.LoggedEvent;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.IsolationLevel;

/**
 * Copies the event topic into the history, as it is when the run has ended: what the checker then reads does not need the cluster any more.
 *
 * <p>Reads bytes and headers with a plain consumer, so that nothing of what is checked is used to read it but the codec.
 */
public final class TopicCopy {

    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final ReplicationEventCodec<String> codec = new ReplicationEventCodec<>(PayloadCodec.jsonText());
    private final RunDirectory directory;
    private final Map<String, HistoryWriter<TopicEntry>> writers = new HashMap<>();
    private long records;

    private TopicCopy(RunDirectory directory) {
        this.directory = directory;
    }

    /**
     * Copies all records.
     *
     * @param kafka properties of Kafka's clients
     * @return how many records were copied
     */
    public static long copy(Map<String, ?> kafka, String topic, RunDirectory directory) {
        TopicCopy copy = new TopicCopy(directory);
        try (TopicReader topics = TopicReader.open(kafka, IsolationLevel.READ_UNCOMMITTED, TIMEOUT)) {
            topics.readToEnd(topics.beginnings(topics.partitions(topic)), copy::add);
            return copy.records;
        } finally {
            copy.writers.values().forEach(HistoryWriter::close);
        }
    }

    private void add(ConsumerRecord<byte[], byte[]> record) {
        records++;
        String queue = record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
        writers.computeIfAbsent(queue.isEmpty() ? "(no key)" : queue, directory::events)
                .write(entry(record));
    }

    private TopicEntry entry(ConsumerRecord<byte[], byte[]> record) {
        Optional<EventHeaders> headers = EventHeaders.read(record.headers());
        try {
            ReplicationEvent<String> event = codec.decode(record.value() == null ? new byte[0] : record.value());
            return LoggedEvent.of(
                    event, headers.flatMap(EventHeaders::instanceId).orElse(null), record.partition(), record.offset());
        } catch (UndecodableEventException e) {
            return new InvalidRecord(
                    record.partition(),
                    record.offset(),
                    headers.map(EventHeaders::position).orElse(null),
                    String.valueOf(e.getMessage()));
        }
    }
}
