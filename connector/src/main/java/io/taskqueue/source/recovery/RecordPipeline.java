package io.taskqueue.source.recovery;

import io.taskqueue.kafka.ClientProperties;
import io.taskqueue.kafka.ClientProperties.Client;
import io.taskqueue.kafka.TopicReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Reads a part of one partition as fast as Kafka delivers it: a thread of its own polls, with large fetches, while the caller handles what
 * was fetched before.
 *
 * <pre>
 *   reading thread     fetch, fetch, fetch …        the next fetch is under way while records are taken
 *        |               batches of records, at most {@value #MAX_BATCHES} of about 1 MiB
 *        v
 *   caller             handles each record, in order
 * </pre>
 *
 * <p>Reads what is committed, as sinks do: records of an aborted transaction of another writer are not seen, and an open transaction
 * holds reading back until it ends. For one use.
 */
final class RecordPipeline {

    private static final int MAX_BATCHES = 4;
    private static final int BATCH_RECORDS = 4_000;
    private static final int BATCH_BYTES = 1024 * 1024;
    private static final Map<String, Object> LARGE_FETCHES = Map.of(
            ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 20_000,
            ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 8 * 1024 * 1024,
            ConsumerConfig.RECEIVE_BUFFER_CONFIG, 1024 * 1024);

    /** Records in their order; the last one has what ended the reading, if it did not reach its end. */
    private record Batch(List<ConsumerRecord<byte[], byte[]>> records, boolean isLast, @Nullable Throwable failure) {}

    private final TopicReader reader;
    private final TopicPartition partition;
    private final BlockingQueue<Batch> batches = new ArrayBlockingQueue<>(MAX_BATCHES);
    private List<ConsumerRecord<byte[], byte[]>> filling = new ArrayList<>();
    private int bytes;

    /** @param timeout how long reading may make no progress */
    RecordPipeline(Map<String, ?> kafka, TopicPartition partition, Duration timeout) {
        this.reader = TopicReader.open(withLargeFetches(kafka), IsolationLevel.READ_COMMITTED, timeout);
        this.partition = partition;
    }

    private static Map<String, Object> withLargeFetches(Map<String, ?> kafka) {
        Map<String, Object> properties = new HashMap<>(kafka);
        Map<String, Object> own = new ClientProperties(kafka).of(Client.CONSUMER);
        LARGE_FETCHES.forEach((name, value) -> {
            if (!own.containsKey(name)) {
                properties.put("consumer." + name, value);
            }
        });
        return properties;
    }

    /**
     * Reads the records from an offset to another, that one not included.
     *
     * @param handler is called by the caller's thread
     * @throws KafkaException if Kafka does not answer, or the partition does not hold the next offset any more
     */
    void read(long from, long to, Consumer<ConsumerRecord<byte[], byte[]>> handler) throws InterruptedException {
        Thread thread = new Thread(() -> fill(from, to), "taskqueue-recovery-" + partition);
        thread.setDaemon(true);
        boolean started = false;
        boolean done = false;
        try {
            thread.start();
            started = true;
            handleAll(to, handler);
            done = true;
        } finally {
            if (!started) {
                reader.close();
            } else if (!done) {
                reader.wakeup();
                thread.interrupt(); // it may wait for a place for a batch
            }
        }
    }

    private void handleAll(long to, Consumer<ConsumerRecord<byte[], byte[]>> handler) throws InterruptedException {
        Batch batch = batches.take();
        while (true) {
            for (ConsumerRecord<byte[], byte[]> record : batch.records) {
                if (record.offset() < to) {
                    handler.accept(record);
                }
            }
            if (batch.isLast) {
                rethrow(batch.failure);
                return;
            }
            batch = batches.take();
        }
    }

    private static void rethrow(@Nullable Throwable failure) {
        if (failure instanceof RuntimeException exception) {
            throw exception;
        }
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure != null) {
            throw new IllegalStateException("Reading a partition failed.", failure);
        }
    }

    private void fill(long from, long to) {
        Throwable failure = null;
        try (reader) {
            reader.seek(Map.of(partition, from));
            reader.readTo(Map.of(partition, to), this::add);
        } catch (Throwable e) {
            failure = e;
        }
        try {
            batches.put(new Batch(filling, true, failure));
        } catch (InterruptedException e) {
            // the caller has ended
        }
    }

    private void add(ConsumerRecord<byte[], byte[]> record) {
        filling.add(record);
        bytes += Math.max(0, record.serializedValueSize());
        if (filling.size() >= BATCH_RECORDS || bytes >= BATCH_BYTES) {
            try {
                batches.put(new Batch(filling, false, null));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new KafkaException("Reading partition " + partition + " was interrupted.", e);
            }
            filling = new ArrayList<>(filling.size());
            bytes = 0;
        }
    }
}
