package io.taskqueue.source.registry;

import io.taskqueue.kafka.TopicReader;
import io.taskqueue.queue.Ticker;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Follows the registry for the sources of a process: one reader for all of them, which passes each record on to those that follow its
 * queue ({@link RegistryFollower}). {@link #read} and {@link #close} are for one thread; the other methods are thread-safe.
 *
 * <p>A reading costs what was written since the one before, however many queues are followed: thousands of queues confirm their events with it.
 */
public final class RegistryWatch implements AutoCloseable {

    /** A registry that was not read for so long may have been recreated, and have grown past the claims of the sources. */
    private static final long UNOBSERVED_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final Comparator<RegistryFollower> NEWEST_CLAIM_FIRST =
            Comparator.comparingLong(RegistryFollower::epoch).reversed();

    private final Supplier<TopicReader> readers;
    private final TopicPartition partition;
    private final Map<String, List<RegistryFollower>> followers = new ConcurrentHashMap<>();
    private final HomeWatch home;

    /** Those that have taken records which are not passed on. For the thread that reads. */
    private final Set<RegistryFollower> undelivered = new LinkedHashSet<>();

    /** Those whose claims this has not read yet. */
    private final Queue<RegistryFollower> opened = new ConcurrentLinkedQueue<>();

    private final Set<RegistryFollower> unseen = new LinkedHashSet<>();
    private volatile @Nullable TopicReader reader;
    private final Ticker ticker;
    private volatile long next = -1;
    private volatile long readings;
    private long readNanos;

    /**
     * @param readers opens a reader; called again after one failed
     * @param ticker when to look at the event topic, and whether the registry was read all the time
     */
    public RegistryWatch(Supplier<TopicReader> readers, String topic, Ticker ticker) {
        this.home = new HomeWatch(ticker);
        this.readers = readers;
        this.partition = ClaimRegistry.partitionOf(topic);
        this.ticker = ticker;
        this.readNanos = ticker.nanos();
    }

    /**
     * Has a queue followed, from now on. To be called before the registry is read for the claim of the queue: what is written behind that end
     * is then not missed.
     */
    public void follow(RegistryFollower follower) {
        followers
                .computeIfAbsent(follower.queueName(), queue -> new CopyOnWriteArrayList<>())
                .add(follower);
    }

    /** Follows no more. */
    public void unfollow(RegistryFollower follower) {
        followers.computeIfPresent(follower.queueName(), (queue, of) -> {
            of.remove(follower);
            return of.isEmpty() ? null : of;
        });
    }

    /**
     * The queue is claimed.
     *
     * @param from the offset up to which the registry was read for the claim: the first call determines from where it is read here
     * @param source is notified of what concerns the queue, from now on
     */
    public void opened(RegistryFollower follower, Claim claim, long from, RegistryFollower.Listener source) {
        follower.opened(claim, from, readings, source);
        if (next < 0) {
            next = from;
        }
        opened.add(follower);
    }

    /** The registry topic. */
    public String topic() {
        return partition.topic();
    }

    /**
     * Reads the registry to the end that it has now, and notifies the followers of what concerns them: a claim that was acknowledged before the
     * call is seen. Costs one request if nothing was written since the last call.
     *
     * @throws KafkaException if it cannot be read now; the next call opens a new reader
     */
    public void read() {
        long begun = ticker.nanos();
        // before the end is requested: a claim that is written later may lie behind it
        long reading = readings + 1;
        readings = reading;
        for (RegistryFollower follower = opened.poll(); follower != null; follower = opened.poll()) {
            unseen.add(follower);
            undelivered.add(follower);
        }
        try {
            TopicReader open = open();
            long end = Objects.requireNonNull(open.ends(List.of(partition)).get(partition));
            if (end < next) {
                ended(end, reading);
                return;
            }
            if (end > next) {
                open.readTo(Map.of(partition, end), record -> {
                    next = record.offset() + 1; // if reading fails later, it continues behind this record
                    RegistryRecord.of(record).ifPresent(this::pass);
                });
                next = open.position(partition);
            }
            deliver();
            unseen.stream()
                    .filter(follower -> follower.epoch() >= end)
                    .forEach(follower -> lose(follower, ends(end, follower)));
            unseen.clear();
            if (begun - readNanos > UNOBSERVED_NANOS) {
                requireOwnClaims(end, openBefore(reading).toList());
            }
            home.check(open, openBefore(reading).map(RegistryFollower::claim).flatMap(Optional::stream));
            readNanos = begun;
        } catch (OffsetOutOfRangeException e) {
            ended(0, reading);
        } catch (KafkaException e) {
            close();
            throw e;
        }
    }

    private Stream<RegistryFollower> all() {
        return followers.values().stream().flatMap(List::stream);
    }

    /** The queues that were claimed before that reading began. */
    private Stream<RegistryFollower> openBefore(long reading) {
        return all().filter(follower -> follower.isOpenBefore(reading));
    }

    private void pass(RegistryRecord record) {
        followers.getOrDefault(record.key().queueName(), List.of()).forEach(follower -> {
            follower.take(record);
            undelivered.add(follower);
        });
    }

    /** Passes on what was taken; what was taken of a queue that is not claimed yet is kept until it is. */
    private void deliver() {
        Iterator<RegistryFollower> each = undelivered.iterator();
        while (each.hasNext()) {
            RegistryFollower follower = each.next();
            if (follower.deliver() || !isFollowed(follower)) {
                each.remove();
            }
        }
    }

    private boolean isFollowed(RegistryFollower follower) {
        return followers.getOrDefault(follower.queueName(), List.of()).contains(follower);
    }

    /** The registry ends before what was read: its records were lost, whichever they were. */
    private void ended(long end, long reading) {
        next = end;
        close();
        openBefore(reading).toList().forEach(follower -> lose(follower, ends(end, follower)));
    }

    /**
     * Checks that the registry is still the one that holds the sources' claims. One that was recreated while nobody read it may have
     * grown past their offsets by now; only its records differ. A log loses its end or all of it: where the newest claim is, the older ones
     * are.
     */
    private void requireOwnClaims(long end, List<RegistryFollower> claimed) {
        List<RegistryFollower> newestFirst = claimed.stream()
                .filter(follower -> follower.claim().isPresent())
                .sorted(NEWEST_CLAIM_FIRST)
                .toList();
        if (newestFirst.isEmpty()) {
            return;
        }
        try (TopicReader separate = readers.get()) {
            for (RegistryFollower follower : newestFirst) {
                Claim own = follower.claim().orElseThrow();
                if (isThere(own, separate, end)) {
                    return;
                }
                lose(follower, "no longer holds the claim of queue " + own.queueName() + " with epoch " + own.epoch());
            }
        }
    }

    private boolean isThere(Claim own, TopicReader separate, long end) {
        Map<TopicPartition, Long> from = Map.of(partition, own.epoch());
        return Optional.ofNullable(separate.first(from, Map.of(partition, end)).get(partition))
                .filter(record -> record.offset() == own.epoch())
                .flatMap(RegistryRecord::of)
                .filter(record -> record.value() != null)
                .flatMap(record -> ClaimTable.claim(record, partition.topic()))
                .filter(claim -> claim.instanceId().equals(own.instanceId()))
                .isPresent();
    }

    /** Ends a call of {@link #read} that waits for Kafka. Any thread may call it. */
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

    private static String ends(long end, RegistryFollower follower) {
        return "ends at offset " + end + ", but queue " + follower.queueName() + " was claimed there with epoch "
                + follower.epoch();
    }

    private void lose(RegistryFollower follower, String found) {
        unfollow(follower);
        follower.lost(new RegistryLostException("Registry " + partition.topic() + " "
                + found
                + ": it lost records or was recreated, so the owner of the queue is unknown. Restore the registry, or"
                + " start with a new registryTopic and a new topic."));
    }
}
