package io.taskqueue.console.topology;

import io.taskqueue.kafka.ClientProperties;
import io.taskqueue.kafka.ClientProperties.Client;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads single records of the event topic by their offsets, within a time limit. A few consumers without a group are kept open for it; callers wait
 * for one within their limit. Thread-safe.
 */
final class EventReader implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EventReader.class);

    private static final int CONSUMERS = 4;
    private static final Duration POLL = Duration.ofMillis(200);

    /** Records are far apart, so most of what a fetch of Kafka's usual size returns would not be used. */
    private static final int FETCH_BYTES = 64 * 1024;

    private final ViewSettings settings;
    private final Semaphore free = new Semaphore(CONSUMERS, true);
    private final Deque<Consumer<byte[], byte[]>> idle = new ArrayDeque<>();
    private boolean closed;

    EventReader(ViewSettings settings) {
        this.settings = settings;
    }

    /** By when something must be done. */
    record Limit(long beganNanos, Duration of) {}

    /** A limit that begins now. */
    Limit within(Duration limit) {
        return new Limit(settings.instruments().ticker().nanos(), limit);
    }

    /**
     * Reads records of a partition; those that the topic does not hold any more are left out.
     *
     * @param offsets ascending
     * @throws TimeoutException if Kafka does not answer in time
     */
    List<ConsumerRecord<byte[], byte[]>> read(int partition, List<Long> offsets, Limit limit)
            throws InterruptedException, TimeoutException {
        return with(partition, limit, consumer -> read(consumer, partition, offsets, limit));
    }

    /**
     * Whether a partition has a record from an offset on and before an end; what else has offsets are markers of transactions, and records of
     * transactions that were aborted.
     *
     * @throws TimeoutException if Kafka does not answer in time
     */
    boolean holdsRecords(int partition, long from, long end, Limit limit)
            throws InterruptedException, TimeoutException {
        return with(partition, limit, consumer -> holdsRecords(consumer, partition, from, end, limit));
    }

    /** What a consumer is used for. */
    private interface Use<V> {
        V of(Consumer<byte[], byte[]> consumer) throws TimeoutException;
    }

    private <V> V with(int partition, Limit limit, Use<V> use) throws InterruptedException, TimeoutException {
        if (!free.tryAcquire(left(limit), TimeUnit.NANOSECONDS)) {
            throw late(partition, limit);
        }
        try {
            Consumer<byte[], byte[]> consumer = take();
            boolean usable = false;
            try {
                V result = use.of(consumer);
                usable = true;
                return result;
            } catch (InterruptException e) {
                boolean unused = Thread.interrupted();
                throw new InterruptedException("Interrupted while records of partition " + partition + " were read.");
            } finally {
                giveBack(consumer, usable);
            }
        } finally {
            free.release();
        }
    }

    private List<ConsumerRecord<byte[], byte[]>> read(
            Consumer<byte[], byte[]> consumer, int number, List<Long> offsets, Limit limit) throws TimeoutException {
        TopicPartition partition = new TopicPartition(settings.topic(), number);
        Map<Long, ConsumerRecord<byte[], byte[]>> polled = new HashMap<>();
        List<ConsumerRecord<byte[], byte[]>> found = new ArrayList<>();
        consumer.assign(List.of(partition));
        long fetched = -1; // all records before it, from the last seek on, were polled
        for (long offset : offsets) {
            if (fetched <= offset) {
                polled.clear();
                consumer.seek(partition, offset);
                fetched = offset;
            }
            while (fetched <= offset) {
                requireInTime(number, limit);
                try {
                    consumer.poll(POLL).forEach(record -> polled.put(record.offset(), record));
                    fetched = Math.max(fetched, consumer.position(partition, POLL));
                } catch (OffsetOutOfRangeException e) {
                    fetched = -1;
                    break;
                } catch (org.apache.kafka.common.errors.TimeoutException e) {
                    LOG.debug("Partition {} is polled again, until the time limit", number, e);
                }
            }
            ConsumerRecord<byte[], byte[]> record = polled.get(offset);
            if (record != null) {
                found.add(record);
            }
        }
        return found;
    }

    private boolean holdsRecords(Consumer<byte[], byte[]> consumer, int number, long from, long end, Limit limit)
            throws TimeoutException {
        TopicPartition partition = new TopicPartition(settings.topic(), number);
        consumer.assign(List.of(partition));
        consumer.seek(partition, from);
        long position = from;
        while (position < end) {
            requireInTime(number, limit);
            try {
                if (!consumer.poll(POLL).isEmpty()) {
                    return true;
                }
                position = consumer.position(partition, POLL);
            } catch (OffsetOutOfRangeException e) {
                return true; // the view itself continues elsewhere
            } catch (org.apache.kafka.common.errors.TimeoutException e) {
                LOG.debug("Partition {} is polled again, until the time limit", number, e);
            }
        }
        return false;
    }

    private void requireInTime(int partition, Limit limit) throws TimeoutException {
        if (left(limit) <= 0) {
            throw late(partition, limit);
        }
    }

    private long left(Limit limit) {
        return limit.of().toNanos() - (settings.instruments().ticker().nanos() - limit.beganNanos());
    }

    private TimeoutException late(int partition, Limit limit) {
        return new TimeoutException("Kafka did not return the records of partition " + partition + " of topic "
                + settings.topic() + " within " + limit.of().toMillis()
                + " ms. Check that the brokers can be reached, and try again.");
    }

    private synchronized Consumer<byte[], byte[]> take() {
        if (closed) {
            throw new IllegalStateException("The console is closed: no events can be read.");
        }
        Consumer<byte[], byte[]> first = idle.poll();
        return first == null
                ? new KafkaConsumer<>(properties(), new ByteArrayDeserializer(), new ByteArrayDeserializer())
                : first;
    }

    private Map<String, Object> properties() {
        Map<String, Object> properties = new ClientProperties(settings.kafka()).of(Client.CONSUMER);
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        properties.remove(ConsumerConfig.GROUP_ID_CONFIG);
        properties.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 50);
        properties.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, FETCH_BYTES);
        properties.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, FETCH_BYTES);
        return properties;
    }

    private void giveBack(Consumer<byte[], byte[]> consumer, boolean usable) {
        boolean kept = false;
        if (usable) {
            consumer.unsubscribe();
            synchronized (this) {
                kept = !closed;
                if (kept) {
                    idle.push(consumer);
                }
            }
        }
        if (!kept) {
            close(consumer);
        }
    }

    private static void close(Consumer<byte[], byte[]> consumer) {
        consumer.close(org.apache.kafka.clients.consumer.CloseOptions.timeout(Duration.ZERO));
    }

    @Override
    public synchronized void close() {
        closed = true;
        idle.forEach(EventReader::close);
        idle.clear();
    }
}
