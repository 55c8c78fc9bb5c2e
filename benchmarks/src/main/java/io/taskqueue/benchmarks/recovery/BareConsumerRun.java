package io.taskqueue.benchmarks.recovery;

import io.taskqueue.benchmarks.measure.Stopwatch;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** A consumer that reads a partition and does nothing with its records, with the fetch sizes of a recovery. */
public final class BareConsumerRun {

    private BareConsumerRun() {}

    /** Records per second, from the creation of the consumer to the last record. */
    public static double perSecond(Map<String, Object> kafka, String topic, long records) {
        Map<String, Object> settings = new HashMap<>(kafka);
        settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 20_000);
        settings.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 8 * 1024 * 1024);
        settings.put(ConsumerConfig.RECEIVE_BUFFER_CONFIG, 1024 * 1024);
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        TopicPartition partition = new TopicPartition(topic, 0);
        Stopwatch stopwatch = new Stopwatch();
        long read = 0;
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            while (read < records) {
                read += consumer.poll(Duration.ofMillis(500)).count();
            }
        }
        return stopwatch.rate(read).perSecond();
    }
}
