package io.taskqueue.source;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/** Follows the registry behind a source's own claim. For one thread, but {@link #wakeup()}. */
final class RegistryWatch implements AutoCloseable {

    private final Supplier<PartitionReader> readers;
    private final String topic;
    private final Claim own;
    private final byte[] key;
    private volatile @Nullable PartitionReader reader;
    private long next;
    private @Nullable Claim newer;

    RegistryWatch(Supplier<PartitionReader> readers, String topic, Claim own) {
        this.readers = readers;
        this.topic = topic;
        this.own = own;
        this.key = own.queueName().getBytes(StandardCharsets.UTF_8);
        this.next = own.epoch() + 1;
    }

    /**
     * Reads the registry to the end that it has now: a claim that was acknowledged before the call is seen.
     *
     * @return a newer claim of the queue, if there is one
     * @throws SourceStoppedException if the registry no longer holds what it held
     * @throws KafkaException if it cannot be read now; the next call begins anew
     */
    Optional<Claim> newerClaim() {
        try {
            PartitionReader open = open();
            long end = open.end();
            if (end < next) {
                throw registryLost(end);
            }
            if (end > next) {
                open.readTo(end, record -> {
                    if (record.offset() > own.epoch() && Arrays.equals(record.key(), key) && record.value() != null) {
                        newer = read(record);
                    }
                });
                next = open.position();
            }
            return Optional.ofNullable(newer);
        } catch (OffsetOutOfRangeException e) {
            throw registryLost(0);
        } catch (KafkaException e) {
            close();
            throw e;
        }
    }

    void wakeup() {
        PartitionReader open = reader;
        if (open != null) {
            open.wakeup();
        }
    }

    @Override
    public void close() {
        PartitionReader open = reader;
        reader = null;
        if (open != null) {
            open.close();
        }
    }

    private PartitionReader open() {
        PartitionReader open = reader;
        if (open == null) {
            open = readers.get();
            open.from(topic, 0, next);
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

    private SourceStoppedException registryLost(long end) {
        return new SourceStoppedException("Registry " + topic + " ends at offset " + end + ", but queue "
                + own.queueName() + " was claimed there with epoch " + own.epoch()
                + ": it lost records or was made anew, so nobody can tell who owns the queue. Restore the registry, or"
                + " start with a new registryTopic and a new topic.");
    }
}
