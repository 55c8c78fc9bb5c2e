package io.taskqueue.source.dead;

import io.taskqueue.event.QueueName;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.kafka.ClientProperties;
import io.taskqueue.kafka.ClientProperties.Client;
import io.taskqueue.kafka.KafkaRequests;
import io.taskqueue.kafka.TopicReader;
import io.taskqueue.serde.EventHeaders;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.serde.ReplicationEventCodec;
import io.taskqueue.serde.UndecodableEventException;
import io.taskqueue.source.dead.DeadTaskFold.Death;
import io.taskqueue.source.dead.RetryOrder.OrderedTask;
import io.taskqueue.source.publish.EventRecords;
import io.taskqueue.source.registry.Claim;
import io.taskqueue.source.registry.ClaimRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The dead tasks of a queue, and an operator's orders to retry them.
 *
 * <p>Dead tasks are read from the queue's partition of the event topic, which holds them as long as its retention does. Of most events
 * only the headers are looked at, but all of the partition is read: that takes as long as a consumer needs for it.
 *
 * <p>Orders are written to the registry of sources, where the queue's source sees them: a running one within a second, otherwise the next
 * one that starts. Nothing here claims the queue, so a queue that has an owner keeps it.
 *
 * <p>Thread-safe. Each call creates clients of its own, and throws the {@link org.apache.kafka.common.KafkaException} of a request that
 * fails.
 */
public final class DeadTasks {

    /** How many dead tasks are kept while a partition is read; further ones are read from the offset that the page states. */
    private static final int MAX_KEPT = 100_000;

    private static final int MAX_ORDER_BYTES = 512 * 1024;

    private final Map<String, ?> kafka;
    private final String registryTopic;
    private final String queueName;
    private final Duration timeout;
    private final RetryRegistry registry;

    /**
     * @param kafka where Kafka is, as for a source
     * @param registryTopic the registry topic, by default {@code taskqueue.sources}; it states where the events of the queue are
     * @throws IllegalArgumentException if {@code bootstrap.servers} is missing, or the queue's name is not legal
     */
    public DeadTasks(Map<String, ?> kafka, String registryTopic, String queueName) {
        ClientProperties properties = new ClientProperties(kafka);
        properties.bootstrapServers(Client.CONSUMER);
        this.kafka = Map.copyOf(kafka);
        this.registryTopic = Objects.requireNonNull(registryTopic, "registryTopic");
        this.queueName = QueueName.require(queueName);
        this.timeout = properties.apiTimeout();
        this.registry = new RetryRegistry(registryTopic, queueName);
    }

    /**
     * Reads dead tasks.
     *
     * @throws IllegalStateException if the queue is not in the registry, or its events are not where the registry states
     */
    public DeadTaskPage read(DeadTaskQuery query) {
        try (TopicReader reader = reader()) {
            TopicPartition partition = partition(owner(reader), reader);
            List<TopicPartition> only = List.of(partition);
            long from = Objects.requireNonNull(reader.beginnings(only).get(partition));
            long to = Objects.requireNonNull(reader.ends(only).get(partition));
            DeadTaskFold fold = new DeadTaskFold(queueName, query.tasks(), query.fromOffset(), MAX_KEPT);
            reader.seek(Map.of(partition, from));
            reader.readTo(Map.of(partition, to), record -> {
                if (record.offset() < to) {
                    EventHeaders.read(record.headers()).ifPresent(headers -> fold.take(headers, record.offset()));
                }
            });
            Selected selected = new Selected(query);
            selected.read(reader, partition, fold.dead());
            return new DeadTaskPage(
                    new DeadTaskPage.Reading(
                            partition.topic(), partition.partition(), from, fold.first(), to, fold.last()),
                    selected.tasks,
                    selected.next.isPresent() ? selected.next : fold.firstNotKept(),
                    fold.latest());
        }
    }

    /**
     * Orders that dead tasks are retried: put back into the queue with their identity, and with as many attempts as at first. Several
     * orders, if there are many tasks. A task that was retried already since it was read is not retried again.
     *
     * @param page the tasks; those that are not {@link DeadTask#retryable()} are left out
     * @param by who orders it
     * @param at when
     * @return the orders, for {@link #results}
     * @throws IllegalStateException if too many orders of the queue are not executed yet
     */
    public List<RetryOrder> retry(DeadTaskPage page, String by, Instant at) throws InterruptedException {
        List<OrderedTask> tasks = page.tasks().stream()
                .filter(DeadTask::retryable)
                .map(task -> new OrderedTask(task.task(), task.position(), task.offset()))
                .toList();
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        List<RetryOrder> orders = new ArrayList<>();
        for (int i = 0; i < tasks.size(); i += RetryOrder.MAX_TASKS) {
            add(
                    tasks.subList(i, Math.min(i + RetryOrder.MAX_TASKS, tasks.size())),
                    part -> new RetryOrder(UUID.randomUUID(), queueName, readUpTo(page.reading()), part, by, at),
                    orders,
                    records);
        }
        int waiting = backlog().size();
        if (waiting + orders.size() > RetryBacklog.MAX_ORDERS) {
            throw new IllegalStateException("Queue " + queueName + " has " + waiting
                    + " orders to retry dead tasks that are not executed yet, and may have " + RetryBacklog.MAX_ORDERS
                    + ", but " + orders.size()
                    + " more are needed. Start a dispatcher of the queue, which executes them,"
                    + " or retry fewer tasks.");
        }
        if (!records.isEmpty()) {
            write(records);
        }
        return List.copyOf(orders);
    }

    private void write(List<ProducerRecord<byte[], byte[]>> records) throws InterruptedException {
        Map<String, Object> properties = new ClientProperties(kafka).of(Client.PRODUCER);
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        properties.remove(ProducerConfig.TRANSACTIONAL_ID_CONFIG);
        KafkaRequests requests = new KafkaRequests(timeout);
        try (var producer = new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            records.forEach(record -> sent.add(producer.send(record)));
            for (Future<RecordMetadata> each : sent) {
                RecordMetadata unused = requests.await(each, "write an order to registry " + registryTopic);
            }
        }
    }

    private interface Drafts {
        RetryOrder of(List<OrderedTask> tasks);
    }

    /** Adds one order, or several if it would be too large for a record. */
    private void add(
            List<OrderedTask> tasks,
            Drafts drafts,
            List<RetryOrder> orders,
            List<ProducerRecord<byte[], byte[]>> records) {
        RetryOrder order = drafts.of(tasks);
        byte[] value = RetryJson.of(order);
        if (value.length <= MAX_ORDER_BYTES || tasks.size() == 1) {
            orders.add(order);
            records.add(registry.record(order.id(), value));
        } else {
            add(tasks.subList(0, tasks.size() / 2), drafts, orders, records);
            add(tasks.subList(tasks.size() / 2, tasks.size()), drafts, orders, records);
        }
    }

    private static RetryOrder.ReadUpTo readUpTo(DeadTaskPage.Reading reading) {
        return new RetryOrder.ReadUpTo(
                reading.topic(),
                reading.partition(),
                reading.to(),
                reading.last()
                        .orElseThrow(
                                () -> new IllegalArgumentException(
                                        "A page with dead tasks states the position of the queue's last event, but this one does not.")));
    }

    /**
     * The results of orders, as far as they are executed. The results of a queue's newest {@value RetryResult#KEPT} orders are kept.
     *
     * @return results by the id of the order
     */
    public Map<UUID, RetryResult> results(Collection<RetryOrder> orders) {
        RetryBacklog backlog = backlog();
        Map<UUID, RetryResult> results = new LinkedHashMap<>();
        orders.forEach(order -> backlog.result(order.id()).ifPresent(result -> results.put(order.id(), result)));
        return results;
    }

    /**
     * The newest claim of the queue: its owner, unless that process has ended.
     *
     * @throws IllegalStateException if the queue is not in the registry
     */
    public Claim owner() {
        try (TopicReader reader = reader()) {
            return owner(reader);
        }
    }

    private Claim owner(TopicReader reader) {
        Claim claim = reader.partitions(registryTopic).isEmpty()
                ? null
                : new ClaimRegistry(reader, registryTopic).read().claims().get(queueName);
        if (claim == null) {
            throw new IllegalStateException("Queue " + queueName + " is not in registry " + registryTopic
                    + ": no source of it has been started on this cluster. Check the queue's name, the registry topic and the"
                    + " cluster.");
        }
        return claim;
    }

    private static TopicPartition partition(Claim claim, TopicReader reader) {
        Claim.Home home = claim.home()
                .orElseThrow(() -> new IllegalStateException("The claim " + claim.epoch() + " of queue "
                        + claim.queueName() + " does not state where its events are. Start a source of the queue once,"
                        + " which writes another claim."));
        TopicPartition partition =
                new TopicPartition(home.topic(), EventRecords.partitionOf(claim.queueName(), home.partitions()));
        if (!reader.partitions(home.topic()).contains(partition)) {
            throw new IllegalStateException("The registry states that the events of queue " + claim.queueName()
                    + " are in partition " + partition
                    + ", which does not exist on this cluster. Check the registry topic"
                    + " and the cluster.");
        }
        return partition;
    }

    private RetryBacklog backlog() {
        RetryBacklog backlog = new RetryBacklog(queueName);
        try (TopicReader reader = reader()) {
            registry.read(reader, backlog);
        }
        return backlog;
    }

    private TopicReader reader() {
        return TopicReader.open(kafka, IsolationLevel.READ_UNCOMMITTED, timeout);
    }

    /** Decodes dead tasks until there are as many as a query asks for. */
    private static final class Selected {

        private static final ReplicationEventCodec<String> CODEC = new ReplicationEventCodec<>(PayloadCodec.jsonText());

        private final DeadTaskQuery query;
        private final List<DeadTask> tasks = new ArrayList<>();
        private OptionalLong next = OptionalLong.empty();

        Selected(DeadTaskQuery query) {
            this.query = query;
        }

        void read(TopicReader reader, TopicPartition partition, List<Death> dead) {
            Map<Long, Death> byOffset = dead.stream().collect(Collectors.toMap(Death::offset, death -> death));
            RecordsAtOffsets.read(reader, partition, byOffset.keySet(), record -> {
                DeadTask task = decode(Objects.requireNonNull(byOffset.get(record.offset())), record);
                if (query.filter().test(task)) {
                    if (tasks.size() == query.limit()) {
                        next = OptionalLong.of(record.offset());
                        return false;
                    }
                    tasks.add(task);
                }
                return true;
            });
        }

        private static DeadTask decode(Death death, ConsumerRecord<byte[], byte[]> record) {
            try {
                ReplicationEvent<String> event = CODEC.decode(record.value() == null ? new byte[0] : record.value());
                return new DeadTask(
                        death.task(),
                        death.position(),
                        death.offset(),
                        event.occurredAt(),
                        new DeadTask.Decoded(event.task(), event.error().orElse(null)));
            } catch (UndecodableEventException e) {
                return new DeadTask(
                        death.task(),
                        death.position(),
                        death.offset(),
                        Instant.ofEpochMilli(record.timestamp()),
                        new DeadTask.Undecodable(String.valueOf(e.getMessage())));
            }
        }
    }
}
