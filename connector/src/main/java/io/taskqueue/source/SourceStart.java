package io.taskqueue.source;

import io.taskqueue.event.Position;
import io.taskqueue.kafka.ClientProperties;
import io.taskqueue.kafka.ClientProperties.Client;
import io.taskqueue.kafka.KafkaFailure;
import io.taskqueue.kafka.KafkaRequests;
import io.taskqueue.kafka.TopicAdmin;
import io.taskqueue.kafka.TopicReader;
import io.taskqueue.logging.LogFields;
import io.taskqueue.metrics.SourceMeters;
import io.taskqueue.queue.RecoveredTask;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.EventHeaders;
import io.taskqueue.serde.ReplicationEventCodec;
import io.taskqueue.source.publish.EventBuffer;
import io.taskqueue.source.publish.EventRecords;
import io.taskqueue.source.publish.PayloadLimit;
import io.taskqueue.source.publish.ProducerFactory;
import io.taskqueue.source.publish.SourceTime;
import io.taskqueue.source.recovery.RecoveryReader;
import io.taskqueue.source.registry.Claim;
import io.taskqueue.source.registry.ClaimRegistry;
import io.taskqueue.source.registry.LowWaterMark;
import io.taskqueue.source.registry.QueueMarks;
import io.taskqueue.source.registry.RegistryFollower;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts a source, and wires its parts:
 *
 * <pre>
 *   topics exist and suit
 *     -&gt; partition found, by the partition count in the queue's last claim
 *     -&gt; highest epoch at the end of the queue's partition     before the claim, so that every epoch found is older
 *     -&gt; registry read; refused if it ends before that epoch
 *     -&gt; claim written; its offset is the epoch
 *     -&gt; SourceStarted written, the fence
 *     -&gt; live tasks read, from the low-water mark to the fence, if they are to be recovered
 *     -&gt; attached to the queue, by SourceEngine, and the live tasks restored
 * </pre>
 */
final class SourceStart<T> {

    private static final Logger LOG = LoggerFactory.getLogger(SourceStart.class);

    /** How many of the last offsets of a partition are searched for epochs. */
    private static final long EPOCH_SEARCH_OFFSETS = 500;

    private final TaskQueue<T> queue;
    private final GroupEngine group;
    private final SourceSettings<T> source;
    private final GroupSettings settings;
    private final GroupSettings.Topics topics;
    private final SourceTime time;
    private final Duration timeout;
    private final KafkaRequests requests;
    private final SourceRetries<T> retries;

    SourceStart(GroupEngine group, TaskQueue<T> queue, SourceSettings<T> source) {
        this.group = group;
        this.queue = queue;
        this.source = source;
        this.settings = group.settings();
        this.topics = settings.topics();
        this.time = settings.environment().time();
        this.timeout = settings.kafka().apiTimeout();
        this.requests = new KafkaRequests(timeout);
        this.retries = new SourceRetries<>(queue, source.codec(), group);
    }

    SourceEngine<T> start() throws InterruptedException {
        // the claim fences the current owner of the queue, so mistakes must be found before it
        queue.requireAttachable();
        SourceTopics.EventTopicFacts topic;
        try (TopicAdmin admin = TopicAdmin.open(settings.kafka().all(), timeout)) {
            topic = new SourceTopics(admin, topics).ensure();
        } catch (KafkaException e) {
            throw unreachable(e);
        }
        int maxRecordBytes = Math.min(
                Math.min(topic.maxRecordBytes(), settings.kafka().maxRequestBytes()),
                topics.maxRecordBytes().orElse(Integer.MAX_VALUE));
        RegistryFollower follower = group.tail().expect(queue.name());
        boolean started = false;
        try {
            SourceEngine<T> engine =
                    group.withProducer(maxRecordBytes, producer -> start(topic, maxRecordBytes, producer, follower));
            started = true;
            return engine;
        } catch (KafkaException e) {
            throw unreachable(e);
        } finally {
            if (!started) {
                group.tail().forget(follower);
            }
        }
    }

    private SourceEngine<T> start(
            SourceTopics.EventTopicFacts topic,
            int maxRecordBytes,
            Producer<byte[], byte[]> producer,
            RegistryFollower follower)
            throws InterruptedException {
        ProducerFactory producers = group.producers();
        Claimed claimed;
        try (TopicReader reader = reader(timeout)) {
            claimed = claim(producer, reader, topic.partitions());
        }
        Claim claim = claimed.claim();
        TopicPartition partition = partition(claim.home().orElseThrow().partitions());
        ReplicationEventCodec<T> codec = new ReplicationEventCodec<>(source.codec());
        EventRecords<T> records =
                new EventRecords<>(queue.name(), source.peers(), codec, claim.instanceId(), partition, maxRecordBytes);
        RecordMetadata started = requests.await(
                producer.send(records.sourceStarted(claim.epoch(), time.instant())),
                "open epoch " + claim.epoch() + " of queue " + queue.name() + " in topic " + topics.events());
        PayloadLimit<T> payloads =
                new PayloadLimit<>(queue.name(), source.peers().source(), codec, records, maxRecordBytes);
        SourceMarks marks = new SourceMarks(
                claim,
                new SourceMarks.Opened(
                        new LowWaterMark.Place(topics.events(), topic.id(), partition.partition()),
                        started.hasOffset() ? started.offset() : end(partition),
                        claimed.mark(),
                        claimed.hasPredecessor()),
                settings);
        Optional<List<RecoveredTask<T>>> recovered = recover(marks, payloads);
        SourceMeters meters = new SourceMeters(settings.environment().meters(), queue.name());
        EventBuffer<T> buffer =
                new EventBuffer<>(claim.epoch(), source.buffer(), payloads, time, meters.leasesExpired());
        SourceEngine<T> engine = new SourceEngine<>(queue, claim, buffer, meters, follower, group);
        retries.prepare(claim, partition, producers);
        engine.executeOrders(retries);
        engine.start(records, producers, claimed.registryEnd(), marks, recovered);
        return engine;
    }

    /** The live tasks of earlier owners, if they are to be recovered. */
    private Optional<List<RecoveredTask<T>>> recover(SourceMarks marks, PayloadLimit<T> payloads)
            throws InterruptedException {
        if (source.recovery().isEmpty()) {
            return Optional.empty();
        }
        RecoveryReader<T> reader =
                new RecoveryReader<>(SourceMarks.access(settings), queue.name(), source.codec(), payloads::encode);
        RecoveryReader.Found<T> found = marks.recover(reader, source.recovery().get());
        return Optional.of(found.queue().tasks().stream()
                .map(task -> new RecoveredTask<>(
                        task.task(), task.lastError(), task.token(), task.leaseExpiration(), task.availableAt()))
                .toList());
    }

    /** Where SourceStarted is, at the latest: Kafka acknowledged it without its offset. */
    private long end(TopicPartition partition) {
        try (TopicReader reader = reader(timeout)) {
            return Objects.requireNonNull(reader.ends(List.of(partition)).get(partition));
        }
    }

    /**
     * A queue that is claimed.
     *
     * @param registryEnd the offset up to which the registry was read before
     * @param mark the low-water mark of the queue that was found there
     * @param hasPredecessor whether the queue was claimed before, with the same event topic
     */
    private record Claimed(Claim claim, long registryEnd, Optional<LowWaterMark> mark, boolean hasPredecessor) {}

    private Claimed claim(Producer<byte[], byte[]> producer, TopicReader reader, int partitions)
            throws InterruptedException {
        ClaimRegistry registry = new ClaimRegistry(reader, topics.registry());
        Optional<Claim> before = Optional.ofNullable(registry.read().claims().get(queue.name()));
        int mapping = mapping(before, partitions);
        TopicPartition partition = partition(mapping);
        long highest = highestEpoch(reader, partition);
        QueueMarks marks = new QueueMarks(topics.registry(), queue.name());
        // again: every epoch found must be older than its end
        ClaimRegistry.Contents contents = registry.read(retries.andThen(marks));
        if (contents.end() <= highest) {
            throw new SourceStartException("Partition " + partition + " holds events of epoch " + highest
                    + ", but the next claim in registry " + topics.registry() + " would be epoch " + contents.end()
                    + ", and every sink would drop its events as stale: the registry was lost, or the events were mirrored"
                    + " from a cluster with another one. Restore the registry, or name a new event topic.");
        }
        Claim draft = new Claim(
                queue.name(),
                0,
                UUID.randomUUID(),
                source.peers().source(),
                time.instant(),
                Optional.of(new Claim.Home(topics.events(), mapping)));
        Claim claim = registry.claim(producer, requests, draft, contents.end());
        // records that were written meanwhile may be another first claim of the queue, and its events
        boolean overlapped = claim.epoch() > Math.max(1, contents.end());
        return new Claimed(
                claim,
                contents.end(),
                marks.newest(),
                hasPredecessor(contents.claims().get(queue.name())) || overlapped);
    }

    /**
     * The partition count by which the queue's partition is found. A queue stays where its history is, also after partitions were added
     * to the topic: its claim states the count.
     */
    private int mapping(Optional<Claim> before, int partitions) {
        Optional<Claim.Home> home =
                before.flatMap(Claim::home).filter(known -> known.topic().equals(topics.events()));
        if (home.isEmpty()) {
            return topics.partitions().orElse(partitions);
        }
        int mapping = home.get().partitions();
        if (mapping > partitions) {
            throw new SourceStartException("Topic " + topics.events() + " has " + partitions + " partitions, but had "
                    + mapping + " when queue " + queue.name() + " was claimed at "
                    + new Position(before.orElseThrow().epoch(), 0)
                    + ": it was deleted and created with fewer. Create it with "
                    + mapping + " partitions, or publish to a new topic: topic(...).");
        }
        return mapping;
    }

    private boolean hasPredecessor(@Nullable Claim before) {
        if (before == null) {
            return false;
        }
        Optional<String> other = before.home().map(Claim.Home::topic).filter(topic -> !topic.equals(topics.events()));
        other.ifPresent(topic -> LogFields.ofQueue(queue.name())
                .during(() -> LOG.warn(
                        "Queue {} had its events in topic {} before, and has them in topic {} now: live tasks in the former are not"
                                + " recovered. 'taskqueue recover' writes them to a file before the queue is claimed for another topic",
                        queue.name(),
                        topic,
                        topics.events())));
        return other.isEmpty();
    }

    private TopicPartition partition(int mapping) {
        return new TopicPartition(topics.events(), EventRecords.partitionOf(queue.name(), mapping));
    }

    /**
     * The highest epoch at the end of an event partition, -1 if there is none. Epochs come from the registry, so the next claim
     * must be higher; otherwise the registry lost its records, or the events came from a cluster with another one.
     */
    private static long highestEpoch(TopicReader reader, TopicPartition partition) {
        AtomicLong highest = new AtomicLong(-1);
        reader.readToEnd(reader.beforeEnd(List.of(partition), EPOCH_SEARCH_OFFSETS), record -> EventHeaders.read(
                        record.headers())
                .map(EventHeaders::position)
                .map(Position::epoch)
                .ifPresent(epoch -> highest.accumulateAndGet(epoch, Math::max)));
        return highest.get();
    }

    private TopicReader reader(Duration requestTimeout) {
        // claims are written without transactions: a hanging transaction of another writer must not hide a newer claim
        return TopicReader.open(settings.kafka().all(), IsolationLevel.READ_UNCOMMITTED, requestTimeout);
    }

    private SourceStartException unreachable(KafkaException cause) {
        return new SourceStartException(
                "The source of queue " + queue.name() + " could not start with Kafka at "
                        + settings.kafka().bootstrapServers() + ": "
                        + KafkaFailure.of(
                                        cause,
                                        new ClientProperties(settings.kafka().all()).of(Client.ADMIN))
                                .text(),
                cause);
    }
}
