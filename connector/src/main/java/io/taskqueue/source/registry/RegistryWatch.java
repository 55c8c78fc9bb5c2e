package io.taskqueue.source.registry;

import io.taskqueue.kafka.TopicReader;
import io.taskqueue.queue.Ticker;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the registry behind a source's own claim: finds a newer claim of the queue, and passes other records of the queue to those who
 * handle their kind. For one thread, but {@link #wakeup()}.
 */
public final class RegistryWatch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RegistryWatch.class);

    /** A registry that was not read for so long may have been recreated, and have grown past the source's claim. */
    private static final long UNOBSERVED_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Supplier<TopicReader> readers;
    private final TopicPartition partition;
    private final Claim own;
    private final Map<RegistryKey.Kind, Consumer<RegistryRecord>> handlers = new EnumMap<>(RegistryKey.Kind.class);
    private final HomeWatch home;
    private volatile @Nullable TopicReader reader;
    private final Ticker ticker;
    private long next;
    private long readNanos;
    private @Nullable Claim newer;

    /**
     * @param readers opens a reader; called again after one failed
     * @param from the offset up to which the start of the source has read the registry, at most that of its own claim
     * @param ticker when to look at the event topic, and whether the registry was read all the time
     */
    public RegistryWatch(Supplier<TopicReader> readers, String topic, Claim own, long from, Ticker ticker) {
        this.home = new HomeWatch(own, ticker);
        this.readers = readers;
        this.partition = ClaimRegistry.partitionOf(topic);
        this.own = own;
        this.next = from;
        this.ticker = ticker;
        this.readNanos = ticker.nanos();
    }

    /**
     * Has records of the queue handled that are not claims. To be called before the registry is read; the handler is called on the thread
     * that reads, in the order of the records, once for each.
     *
     * @param kind of the records, one handler each
     */
    public void handle(RegistryKey.Kind kind, Consumer<RegistryRecord> handler) {
        if (kind == RegistryKey.Kind.CLAIM || handlers.put(kind, handler) != null) {
            throw new IllegalStateException("Records of kind " + kind + " are handled already. This is a defect.");
        }
    }

    /** The registry topic. */
    public String topic() {
        return partition.topic();
    }

    /**
     * Reads the registry to the end that it has now: a claim that was acknowledged before the call is seen. Costs one request if nothing
     * was written since the last call.
     *
     * @return a newer claim of the queue, if there is one
     * @throws RegistryLostException if the registry no longer holds the source's own claim
     * @throws KafkaException if it cannot be read now; the next call opens a new reader
     */
    public Optional<Claim> newerClaim() {
        long begun = ticker.nanos();
        try {
            TopicReader open = open();
            long end = Objects.requireNonNull(open.ends(List.of(partition)).get(partition));
            if (end < Math.max(next, own.epoch() + 1)) {
                throw ends(end);
            }
            if (end > next) {
                open.readTo(Map.of(partition, end), record -> {
                    next = record.offset() + 1; // if reading fails later, it continues behind this record
                    RegistryRecord.of(record)
                            .filter(read -> read.key().queueName().equals(own.queueName()))
                            .ifPresent(this::accept);
                });
                next = open.position(partition);
            }
            if (newer == null && begun - readNanos > UNOBSERVED_NANOS) {
                requireOwnClaim(end);
            }
            home.check(open);
            readNanos = begun;
            return Optional.ofNullable(newer);
        } catch (OffsetOutOfRangeException e) {
            throw ends(0);
        } catch (KafkaException e) {
            close();
            throw e;
        }
    }

    /**
     * Checks that the registry is still the one that holds the source's claim. One that was recreated while nobody read it may have
     * grown past the claim's offset by now; only its records differ.
     */
    private void requireOwnClaim(long end) {
        try (TopicReader separate = readers.get()) {
            Map<TopicPartition, Long> from = Map.of(partition, own.epoch());
            boolean there = Optional.ofNullable(
                            separate.first(from, Map.of(partition, end)).get(partition))
                    .filter(record -> record.offset() == own.epoch())
                    .flatMap(RegistryRecord::of)
                    .filter(record -> record.value() != null)
                    .map(this::read)
                    .filter(claim -> claim.instanceId().equals(own.instanceId()))
                    .isPresent();
            if (!there) {
                throw lost("no longer holds the claim of queue " + own.queueName() + " with epoch " + own.epoch());
            }
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

    private void accept(RegistryRecord record) {
        if (record.key().kind() != RegistryKey.Kind.CLAIM) {
            handle(record);
        } else if (record.offset() > own.epoch() && record.value() != null) {
            newer = read(record);
        }
    }

    private void handle(RegistryRecord record) {
        try {
            handlers.getOrDefault(record.key().kind(), ignored -> {}).accept(record);
        } catch (RuntimeException e) {
            LOG.error(
                    "The record at offset {} of registry {} for queue {} could not be handled. The source continues without it.",
                    record.offset(),
                    partition.topic(),
                    own.queueName(),
                    e);
        }
    }

    private Claim read(RegistryRecord record) {
        try {
            return ClaimJson.read(record, partition.topic());
        } catch (IllegalArgumentException e) {
            return ClaimJson.unreadable(record);
        }
    }

    private RegistryLostException ends(long end) {
        return lost("ends at offset " + end + ", but queue " + own.queueName() + " was claimed there with epoch "
                + own.epoch());
    }

    private RegistryLostException lost(String found) {
        return new RegistryLostException("Registry " + partition.topic() + " " + found
                + ": it lost records or was recreated, so the owner of the queue is unknown. Restore the registry, or"
                + " start with a new registryTopic and a new topic.");
    }
}
