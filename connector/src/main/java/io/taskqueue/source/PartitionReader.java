package io.taskqueue.source;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/** Reads one partition at a time, from an offset to its end. For one thread, but {@link #wakeup()}. */
final class PartitionReader implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(500);

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Duration timeout;
    private TopicPartition partition = new TopicPartition("", 0);

    PartitionReader(Map<String, Object> settings, Duration timeout) {
        this.consumer = new KafkaConsumer<>(settings);
        this.timeout = timeout;
    }

    /** What there is to read, at this moment. */
    record Extent(long begin, long end) {}

    Extent extent(String topic, int number) {
        partition = new TopicPartition(topic, number);
        consumer.assign(List.of(partition));
        return new Extent(
                Objects.requireNonNull(
                        consumer.beginningOffsets(List.of(partition), timeout).get(partition)),
                end());
    }

    /** Reads from this offset on. */
    void from(String topic, int number, long offset) {
        partition = new TopicPartition(topic, number);
        consumer.assign(List.of(partition));
        consumer.seek(partition, offset);
    }

    /** The end of the partition that is being read: no record before it was acknowledged later than now. */
    long end() {
        return Objects.requireNonNull(
                consumer.endOffsets(List.of(partition), timeout).get(partition));
    }

    /**
     * Hands over every record from where reading stands to the offset.
     *
     * @throws TimeoutException if Kafka answers for so long with nothing
     */
    void readTo(long end, Consumer<ConsumerRecord<byte[], byte[]>> reader) {
        Duration idle = Duration.ZERO;
        long position = consumer.position(partition, timeout);
        while (position < end) {
            consumer.poll(POLL).forEach(reader);
            long now = consumer.position(partition, timeout);
            idle = now == position ? idle.plus(POLL) : Duration.ZERO;
            position = now;
            if (idle.compareTo(timeout) > 0) {
                throw new TimeoutException("No record of " + partition + " came within " + timeout.toMillis()
                        + " ms; read up to offset " + position + " of " + end);
            }
        }
    }

    long position() {
        return consumer.position(partition, timeout);
    }

    /** Ends what the reading thread waits for; may be called from any thread. */
    void wakeup() {
        consumer.wakeup();
    }

    @Override
    public void close() {
        consumer.close(CloseOptions.timeout(Duration.ZERO));
    }
}
