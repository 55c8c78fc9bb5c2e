package io.taskqueue.source.registry;

import io.taskqueue.kafka.TopicReader;
import io.taskqueue.queue.Ticker;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** Follows the registry behind a source's own claim. For one thread, but {@link #wakeup()}. */
public final class RegistryWatch implements AutoCloseable {

    private final Supplier<TopicReader> readers;
    private final TopicPartition partition;
    private final Claim own;
    private final byte[] key;
    private final HomeWatch home;
    private volatile @Nullable TopicReader reader;
    private long next;
    private @Nullable Claim newer;

    /**
     * @param readers opens a reader; called again after one failed
     * @param ticker when to look at the event topic
     */
    public RegistryWatch(Supplier<TopicReader> readers, String topic, Claim own, Ticker ticker) {
        this.home = new HomeWatch(own, ticker);
        this.readers = readers;
        this.partition = ClaimRegistry.partitionOf(topic);
        this.own = own;
        this.key = ClaimJson.key(own.queueName());
        this.next = own.epoch() + 1;
    }

    /** The registry topic. */
    public String topic() {
        return partition.topic();
    }

    /**
     * Reads the registry to the end that it has now: a claim that was acknowledged before the call is seen.
     *
     * @return a newer claim of the queue, if there is one
     * @throws RegistryLostException if the registry no longer holds the source's own claim
     * @throws KafkaException if it cannot be read now; the next call opens a new reader
     */
    public Optional<Claim> newerClaim() {
        try {
            TopicReader open = open();
            long end = Objects.requireNonNull(open.ends(List.of(partition)).get(partition));
            if (end < next) {
                throw lost(end);
            }
            if (end > next) {
                open.readTo(Map.of(partition, end), record -> {
                    if (record.offset() > own.epoch() && Arrays.equals(record.key(), key) && record.value() != null) {
                        newer = read(record);
                    }
                });
                next = open.position(partition);
            }
            home.check(open);
            return Optional.ofNullable(newer);
        } catch (OffsetOutOfRangeException e) {
            throw lost(0);
        } catch (KafkaException e) {
            close();
            throw e;
        }
    }

    /** Ends a call of {@link #newerClaim} that waits for Kafka. Any thread may call it. */
    public void wakeup() {
        TopicReader open = reader;
        if (open != null) {
            open.wakeup();
        }
    }

    @Override
    public void close() {
        TopicReader open = reader;
        reader = null;
        if (open != null) {
            open.close();
        }
    }

    private TopicReader open() {
        TopicReader open = reader;
        if (open == null) {
            open = readers.get();
            open.seek(Map.of(partition, next));
            reader = open;
        }
        return open;
    }

    private Claim read(ConsumerRecord<byte[], byte[]> record) {
        try {
            return ClaimJson.read(record);
        } catch (IllegalArgumentException e) {
            return ClaimJson.unreadable(own.queueName(), record);
        }
    }

    private RegistryLostException lost(long end) {
        return new RegistryLostException("Registry " + partition.topic() + " ends at offset " + end + ", but queue "
                + own.queueName() + " was claimed there with epoch " + own.epoch()
                + ": it lost records or was recreated, so the owner of the queue is unknown. Restore the registry, or"
                + " start with a new registryTopic and a new topic.");
    }
}
