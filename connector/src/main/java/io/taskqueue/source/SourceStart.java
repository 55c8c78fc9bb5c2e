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
import io.taskqueue.source.publish.EventPayloads;
import io.taskqueue.source.publish.EventRecords;
import io.taskqueue.source.publish.SourceTime;
import io.taskqueue.source.recovery.RecoveryReader;
import io.taskqueue.source.registry.Claim;
import io.taskqueue.source.registry.ClaimRegistry;
import io.taskqueue.source.registry.LowWaterMark;
import io.taskqueue.source.registry.QueueMarks;
import io.taskqueue.source.registry.RegistryFollower;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts sources together, and wires their parts:
 *
 * <pre>
 *   topics exist and suit
 *     -&gt; partition of each queue found, by the partition count in its last claim
 *     -&gt; highest epoch at the end of these partitions          before the claims, so that every epoch found is older
 *     -&gt; registry read; refused if it ends before such an epoch
 *     -&gt; claims written; the offset of each is the epoch
 *     -&gt; each SourceStarted written, the fence
 *     -&gt; live tasks read, from the low-water mark to the fence, if they are to be recovered
 *     -&gt; attached to the queue, by SourceEngine, and the live tasks restored
 * </pre>
 */
final class SourceStart<T> {

    private static final Logger LOG = LoggerFactory.getLogger(SourceStart.class);

    /** How many of the last offsets of a partition are searched for epochs. */
    private static final long EPOCH_SEARCH_OFFSETS = 500;

    private final GroupResources group;
    private final List<Starting> starting = new ArrayList<>();
    private final GroupSettings settings;
    private final GroupSettings.Topics topics;
    private final SourceTime time;
    private final Duration timeout;
    private final KafkaRequests requests;

    /** A queue whose source starts. */
    private final class Starting {

        private final TaskQueue<T> queue;
        private final SourceSettings<T> source;
        private final SourceRetries<T> retries;
        private final QueueMarks marks;

        Starting(TaskQueue<T> queue, SourceSettings<T> source) {
            this.queue = queue;
            this.source = source;
            this.retries = new SourceRetries<>(queue, source.codec(), group);
            this.marks = new QueueMarks(topics.registry(), queue.name());
        }

        String name() {
            return queue.name();
        }
    }

    /** @throws IllegalArgumentException if two queues have the same name */
    SourceStart(GroupResources group, Map<TaskQueue<T>, SourceSettings<T>> queues) {
        this.group = group;
        this.settings = group.settings();
        this.topics = settings.topics();
        this.time = settings.environment().time();
        this.timeout = settings.kafka().apiTimeout();
        this.requests = new KafkaRequests(timeout);
        Set<String> names = new HashSet<>();
        queues.forEach((queue, source) -> {
            if (!names.add(queue.name())) {
                throw new IllegalArgumentException("Two queues are named " + queue.name()
                        + ", and one would fence the other. Start one source of each name.");
            }
            starting.add(new Starting(queue, source));
        });
    }

    /** Starts all of them, or none. */
    List<SourceEngine<T>> start() throws InterruptedException {
        // a claim fences the current owner of its queue, so mistakes must be found before it
        starting.forEach(one -> one.queue.requireAttachable());
        if (starting.isEmpty()) {
            return List.of();
        }
        SourceTopics.EventTopicFacts topic;
        try (TopicAdmin admin = TopicAdmin.open(settings.kafka().all(), timeout)) {
            topic = new SourceTopics(admin, topics).ensure();
        } catch (KafkaException e) {
            throw unreachable(e);
        }
        int maxRecordBytes = Math.min(
                Math.min(topic.maxRecordBytes(), settings.kafka().maxRequestBytes()),
                topics.maxRecordBytes().orElse(Integer.MAX_VALUE));
        Map<String, RegistryFollower> followers = new HashMap<>();
        starting.forEach(one -> followers.put(one.name(), group.tail().expect(one.name())));
        boolean started = false;
        try {
            List<SourceEngine<T>> engines =
                    group.withProducer(maxRecordBytes, producer -> start(topic, maxRecordBytes, producer, followers));
            started = true;
            return engines;
        } catch (KafkaException e) {
            throw unreachable(e);
        } finally {
            if (!started) {
                followers.values().forEach(group.tail()::forget);
            }
        }
    }

    private List<SourceEngine<T>> start(
            SourceTopics.EventTopicFacts topic,
            int maxRecordBytes,
            Producer<byte[], byte[]> producer,
            Map<String, RegistryFollower> followers)
            throws InterruptedException {
        List<Claimed> claimed;
        try (TopicReader reader = reader(timeout)) {
            claimed = claim(producer, reader, topic.partitions());
        }
        List<EventRecords<T>> records = new ArrayList<>();
        List<Future<RecordMetadata>> fences = new ArrayList<>();
        for (Claimed one : claimed) {
            Claim claim = one.claim;
            EventRecords<T> ofTheQueue = new EventRecords<>(
                    claim.queueName(),
                    one.of.source.peers(),
                    new ReplicationEventCodec<>(one.of.source.codec()),
                    claim.instanceId(),
                    partition(claim.queueName(), claim.home().orElseThrow().partitions()),
                    maxRecordBytes);
            records.add(ofTheQueue);
            fences.add(producer.send(ofTheQueue.sourceStarted(claim.epoch(), time.instant())));
        }
        List<Opening> openings = new ArrayList<>();
        for (int queue = 0; queue < claimed.size(); queue++) {
            Claim claim = claimed.get(queue).claim;
            RecordMetadata fence = requests.await(
                    fences.get(queue),
                    "open epoch " + claim.epoch() + " of queue " + claim.queueName() + " in topic " + topics.events());
            openings.add(new Opening(claimed.get(queue), records.get(queue), topic, maxRecordBytes, fence));
        }
        Map<Opening, List<RecoveredTask<T>>> recovered = recover(openings);
        List<SourceEngine<T>> engines = new ArrayList<>();
        boolean started = false;
        try {
            for (Opening opening : openings) {
                engines.add(start(
                        opening,
                        Optional.ofNullable(recovered.remove(opening)),
                        Objects.requireNonNull(followers.get(opening.claim.queueName()))));
            }
            group.tail().readNow();
            started = true;
            return engines;
        } finally {
            if (!started) {
                engines.forEach(engine -> engine.close(Duration.ZERO, Duration.ZERO));
            }
        }
    }

    /** A queue whose epoch is open, and what is its own. */
    private final class Opening {

        private final Starting of;
        private final Claim claim;
        private final long registryEnd;
        private final EventRecords<T> records;
        private final EventPayloads<T> payloads;
        private final SourceMarks marks;

        Opening(
                Claimed claimed,
                EventRecords<T> records,
                SourceTopics.EventTopicFacts topic,
                int maxRecordBytes,
                RecordMetadata fence) {
            this.of = claimed.of;
            this.claim = claimed.claim;
            this.registryEnd = claimed.registryEnd;
            this.records = records;
            this.payloads = new EventPayloads<>(
                    of.name(),
                    of.source.peers().source(),
                    new ReplicationEventCodec<>(of.source.codec()),
                    records,
                    maxRecordBytes,
                    of.source.payload());
            TopicPartition partition = records.partition();
            this.marks = new SourceMarks(
                    claim,
                    new SourceMarks.Opened(
                            new LowWaterMark.Place(topics.events(), topic.id(), partition.partition()),
                            fence.hasOffset() ? fence.offset() : end(partition),
                            of.marks.newest(),
                            claimed.hasPredecessor),
                    group);
        }
    }

    /** The live tasks of earlier owners, of the queues that recover them; each partition is read once. */
    private Map<Opening, List<RecoveredTask<T>>> recover(List<Opening> openings) throws InterruptedException {
        Map<LowWaterMark.Place, List<Opening>> byPlace = new LinkedHashMap<>();
        for (Opening opening : openings) {
            if (opening.of.source.recovery().isPresent()) {
                byPlace.computeIfAbsent(opening.marks.place(), place -> new ArrayList<>())
                        .add(opening);
            }
        }
        RecoveryReader.Access access = SourceMarks.access(settings);
        Map<Opening, List<RecoveredTask<T>>> recovered = new HashMap<>();
        for (Map.Entry<LowWaterMark.Place, List<Opening>> partition : byPlace.entrySet()) {
            List<RecoveryReader.Request<T>> reading = partition.getValue().stream()
                    .map(opening -> opening.marks.request(
                            new RecoveryReader<>(
                                    access, opening.of.name(), opening.of.source.codec(), opening.payloads::encode),
                            opening.of.source.recovery().orElseThrow()))
                    .toList();
            List<RecoveryReader.Found<T>> found = RecoveryReader.readAll(access, partition.getKey(), reading);
            for (int queue = 0; queue < found.size(); queue++) {
                Opening opening = partition.getValue().get(queue);
                opening.marks.recovered(found.get(queue));
                recovered.put(opening, tasks(found.get(queue)));
            }
        }
        return recovered;
    }

    private List<RecoveredTask<T>> tasks(RecoveryReader.Found<T> found) {
        return found.queue().tasks().stream()
                .map(task -> new RecoveredTask<>(
                        task.task(), task.lastError(), task.token(), task.leaseExpiration(), task.availableAt()))
                .toList();
    }

    private SourceEngine<T> start(
            Opening opening, Optional<List<RecoveredTask<T>>> recovered, RegistryFollower follower) {
        Claim claim = opening.claim;
        SourceMeters meters = group.series().open(claim.queueName());
        EventBuffer<T> buffer = new EventBuffer<>(
                claim.epoch(),
                opening.of.source.buffer(),
                group.space(),
                opening.payloads,
                time,
                meters.leasesExpired());
        SourceEngine<T> engine = new SourceEngine<>(opening.of.queue, claim, buffer, meters, follower, group);
        SourceRetries<T> retries = opening.of.retries;
        retries.prepare(claim, opening.records.partition(), group.producers());
        engine.executeOrders(retries);
        engine.start(opening.records, group.producers(), opening.registryEnd, opening.marks, recovered);
        return engine;
    }

    /** Where SourceStarted is, at the latest: Kafka acknowledged it without its offset. */
    private long end(TopicPartition partition) {
        try (TopicReader reader = reader(timeout)) {
            return Objects.requireNonNull(reader.ends(List.of(partition)).get(partition));
        }
    }

    /** A queue that is claimed: up to which offset the registry was read before, and whether it was claimed before with the same topic. */
    private final class Claimed {
        private final Starting of;
        private final Claim claim;
        private final long registryEnd;
        private final boolean hasPredecessor;

        Claimed(Starting of, Claim claim, long registryEnd, boolean hasPredecessor) {
            this.of = of;
            this.claim = claim;
            this.registryEnd = registryEnd;
            this.hasPredecessor = hasPredecessor;
        }
    }

    private List<Claimed> claim(Producer<byte[], byte[]> producer, TopicReader reader, int partitions)
            throws InterruptedException {
        ClaimRegistry registry = new ClaimRegistry(reader, topics.registry());
        Map<String, Claim> before = registry.read().claims();
        Map<String, Integer> mappings = new HashMap<>();
        Map<String, TopicPartition> places = new HashMap<>();
        for (Starting one : starting) {
            int mapping = mapping(one.name(), Optional.ofNullable(before.get(one.name())), partitions);
            mappings.put(one.name(), mapping);
            places.put(one.name(), partition(one.name(), mapping));
        }
        Map<TopicPartition, Long> highest = highestEpochs(reader, Set.copyOf(places.values()));
        Map<String, Starting> byName = new HashMap<>();
        starting.forEach(one -> byName.put(one.name(), one));
        // again: every epoch found must be older than its end
        ClaimRegistry.Contents contents = registry.read(record -> {
            Starting one = byName.get(record.key().queueName());
            if (one != null) {
                one.retries.andThen(one.marks).accept(record);
            }
        });
        highest.forEach((partition, epoch) -> requireHigher(contents.end(), partition, epoch));
        List<Claim> drafts = starting.stream()
                .map(one -> new Claim(
                        one.name(),
                        0,
                        UUID.randomUUID(),
                        settings.sourcePeer(),
                        time.instant(),
                        Optional.of(new Claim.Home(topics.events(), Objects.requireNonNull(mappings.get(one.name()))))))
                .toList();
        List<Claim> claims = registry.claim(producer, requests, drafts, contents.end());
        // records that were written meanwhile may be another first claim of a queue, and its events
        long last = claims.stream().mapToLong(Claim::epoch).max().orElseThrow();
        boolean overlapped = last >= Math.max(1, contents.end()) + claims.size();
        List<Claimed> claimed = new ArrayList<>();
        for (int queue = 0; queue < claims.size(); queue++) {
            Starting one = starting.get(queue);
            claimed.add(new Claimed(
                    one,
                    claims.get(queue),
                    contents.end(),
                    hasPredecessor(one.name(), contents.claims().get(one.name())) || overlapped));
        }
        return claimed;
    }

    private void requireHigher(long next, TopicPartition partition, long highest) {
        if (next <= highest) {
            throw new SourceStartException("Partition " + partition + " holds events of epoch " + highest
                    + ", but the next claim in registry " + topics.registry() + " would be epoch " + next
                    + ", and every sink would drop its events as stale: the registry was lost, or the events were mirrored"
                    + " from a cluster with another one. Restore the registry, or name a new event topic.");
        }
    }

    /**
     * The partition count by which the queue's partition is found. A queue stays where its history is, also after partitions were added
     * to the topic: its claim states the count.
     */
    private int mapping(String queueName, Optional<Claim> before, int partitions) {
        Optional<Claim.Home> home =
                before.flatMap(Claim::home).filter(known -> known.topic().equals(topics.events()));
        if (home.isEmpty()) {
            return topics.partitions().orElse(partitions);
        }
        int mapping = home.get().partitions();
        if (mapping > partitions) {
            throw new SourceStartException("Topic " + topics.events() + " has " + partitions + " partitions, but had "
                    + mapping + " when queue " + queueName + " was claimed at "
                    + new Position(before.orElseThrow().epoch(), 0)
                    + ": it was deleted and created with fewer. Create it with "
                    + mapping + " partitions, or publish to a new topic: topic(...).");
        }
        return mapping;
    }

    private boolean hasPredecessor(String queueName, @Nullable Claim before) {
        if (before == null) {
            return false;
        }
        Optional<String> other = before.home().map(Claim.Home::topic).filter(topic -> !topic.equals(topics.events()));
        other.ifPresent(topic -> LogFields.ofQueue(queueName)
                .during(() -> LOG.warn(
                        "Queue {} had its events in topic {} before, and has them in topic {} now: live tasks in the former are not"
                                + " recovered. 'taskqueue recover' writes them to a file before the queue is claimed for another topic",
                        queueName,
                        topic,
                        topics.events())));
        return other.isEmpty();
    }

    private TopicPartition partition(String queueName, int mapping) {
        return new TopicPartition(topics.events(), EventRecords.partitionOf(queueName, mapping));
    }

    /**
     * The highest epoch at the end of each event partition, -1 if there is none. Epochs come from the registry, so the next claim
     * must be higher; otherwise the registry lost its records, or the events came from a cluster with another one.
     */
    private static Map<TopicPartition, Long> highestEpochs(TopicReader reader, Set<TopicPartition> partitions) {
        Map<TopicPartition, Long> highest = new HashMap<>();
        partitions.forEach(partition -> highest.put(partition, -1L));
        reader.readToEnd(
                reader.beforeEnd(partitions, EPOCH_SEARCH_OFFSETS), record -> EventHeaders.read(record.headers())
                        .map(EventHeaders::position)
                        .map(Position::epoch)
                        .ifPresent(epoch -> highest.merge(
                                new TopicPartition(record.topic(), record.partition()), epoch, Math::max)));
        return highest;
    }

    private TopicReader reader(Duration requestTimeout) {
        // claims are written without transactions: a hanging transaction of another writer must not hide a newer claim
        return TopicReader.open(settings.kafka().all(), IsolationLevel.READ_UNCOMMITTED, requestTimeout);
    }

    private SourceStartException unreachable(KafkaException cause) {
        return new SourceStartException(
                subject() + " could not start with Kafka at "
                        + settings.kafka().bootstrapServers() + ": "
                        + KafkaFailure.of(
                                        cause,
                                        new ClientProperties(settings.kafka().all()).of(Client.ADMIN))
                                .text(),
                cause);
    }

    private String subject() {
        return starting.size() == 1
                ? "The source of queue " + starting.get(0).name()
                : "The sources of " + starting.size() + " queues, "
                        + starting.get(0).name() + " among them,";
    }
}
