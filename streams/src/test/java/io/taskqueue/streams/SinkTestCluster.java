package io.taskqueue.streams;

import io.taskqueue.embedded.EmbeddedKafka;
import io.taskqueue.kafka.TopicNames;
import io.taskqueue.kafka.TopicReader;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.sink.RetryPolicy;
import io.taskqueue.streams.admin.SinkReplays;
import io.taskqueue.streams.replay.ReplayCounts;
import io.taskqueue.streams.replay.ReplayMode;
import io.taskqueue.streams.replay.ReplayOrder;
import io.taskqueue.streams.replay.ReplayReceipt;
import io.taskqueue.streams.replay.Selection;
import io.taskqueue.streams.results.ResultFormat;
import io.taskqueue.streams.state.StoreNames;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KafkaStreams;
import org.awaitility.Awaitility;

/** One test's event topic on the broker that all tests share, its sinks, and the ledger that their effects call. */
public final class SinkTestCluster implements AutoCloseable {

    public static final Duration PATIENCE = Duration.ofSeconds(60);

    public final String topic;
    public final int partitions;
    public final Ledger ledger = new Ledger();
    public final Admin admin;
    public final KafkaProducer<byte[], byte[]> producer;
    private final String servers;
    private final Path directory;
    private final List<SinkService> started = new CopyOnWriteArrayList<>();

    public SinkTestCluster(int partitions) throws Exception {
        this(bootstrap(), partitions);
    }

    /** A topic on another broker. */
    SinkTestCluster(String servers, int partitions) throws Exception {
        this(servers, "events-" + UUID.randomUUID(), partitions);
        create();
    }

    private SinkTestCluster(String servers, String topic, int partitions) throws Exception {
        this.servers = servers;
        this.topic = topic;
        this.partitions = partitions;
        this.directory = Files.createTempDirectory("sink-test-cluster");
        this.admin = Admin.create(Map.of("bootstrap.servers", servers));
        this.producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", servers, "linger.ms", 2),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    /** The same topic as it is after partitions were added. */
    SinkTestCluster withPartitions(int more) throws Exception {
        return new SinkTestCluster(servers, topic, more);
    }

    private void create() throws Exception {
        admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1)))
                .all()
                .get(30, TimeUnit.SECONDS);
        awaitLeaders();
    }

    /** Waits until records can be sent to all partitions. */
    void awaitLeaders() {
        Awaitility.await().atMost(PATIENCE).ignoreExceptions().until(() -> ends().size() == partitions);
    }

    /** Deletes the topic and creates one of the same name. */
    public void recreate() throws Exception {
        admin.deleteTopics(List.of(topic)).all().get(30, TimeUnit.SECONDS);
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() ->
                        !admin.listTopics().names().get(30, TimeUnit.SECONDS).contains(topic));
        create();
    }

    /** The address of the broker; where the system property {@code taskqueue.bootstrap} names one, no broker is started. */
    public static String bootstrap() {
        String running = System.getProperty("taskqueue.bootstrap");
        return running == null ? SharedBroker.KAFKA.bootstrapServers() : running;
    }

    public EventTopicWriter source(String queue, long epoch) {
        return new EventTopicWriter(this, queue, epoch, UUID.randomUUID());
    }

    /** A sink with one effect per event, which calls the ledger and then works for a given time. */
    public ReplicationSink<String> calling(Duration work) {
        return (event, effects) -> effects.run("call", key -> {
            ledger.called(key.toString());
            if (!work.isZero()) {
                TimeUnit.NANOSECONDS.sleep(work.toNanos());
            }
        });
    }

    public SinkService.Builder<String> sink(String name, ReplicationSink<String> sink) {
        return SinkService.builder(name, sink, PayloadCodec.utf8())
                .kafka(Map.of("bootstrap.servers", servers, "consumer.fetch.max.wait.ms", 50)) // a stop waits for it
                .topic(topic)
                .fingerprint("test") // the lambdas of a test are one sink
                .stateDirectory(state("one"))
                .concurrency(16)
                .retry(new RetryPolicy(3, Duration.ofMillis(20), Duration.ofMillis(50), 0));
    }

    public Path state(String instance) {
        return directory.resolve(instance);
    }

    public SinkService start(SinkService.Builder<String> builder) {
        SinkService service = builder.start();
        started.add(service);
        return service;
    }

    /** Waits until all events of the topic are applied. */
    public void awaitCaughtUp(String sink, SinkService... services) {
        Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(50)).until(() -> {
            for (SinkService service : services) {
                service.status().failure().ifPresent(failure -> {
                    throw new AssertionError(failure);
                });
            }
            return committedUpToEnds(sink)
                    && Stream.of(services).allMatch(service -> service.status().settled());
        });
    }

    private boolean committedUpToEnds(String sink) throws Exception {
        Map<TopicPartition, OffsetAndMetadata> committed = admin.listConsumerGroupOffsets(sink)
                .partitionsToOffsetAndMetadata()
                .get(30, TimeUnit.SECONDS);
        Map<TopicPartition, Long> ends = ends();
        return ends.entrySet().stream()
                .allMatch(end -> end.getValue() == 0
                        || (committed.get(end.getKey()) != null
                                && committed.get(end.getKey()).offset() >= end.getValue()));
    }

    public Map<TopicPartition, Long> ends() throws ExecutionException, InterruptedException {
        Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
        for (int partition = 0; partition < partitions; partition++) {
            latest.put(new TopicPartition(topic, partition), OffsetSpec.latest());
        }
        Map<TopicPartition, Long> ends = new HashMap<>();
        for (Map.Entry<TopicPartition, ListOffsetsResultInfo> end :
                admin.listOffsets(latest).all().get().entrySet()) {
            ends.put(end.getKey(), end.getValue().offset());
        }
        return ends;
    }

    /** Deletes all records, as the log's retention does. */
    public void deleteRecords() throws Exception {
        producer.flush();
        Map<TopicPartition, RecordsToDelete> all = new HashMap<>();
        ends().forEach((partition, end) -> all.put(partition, RecordsToDelete.beforeOffset(end)));
        admin.deleteRecords(all).all().get(30, TimeUnit.SECONDS);
    }

    /** Moves the committed offsets of a stopped sink back to the beginning, which starts a replay. */
    public void rewind(String sink) throws Exception {
        rewind(sink, 0);
    }

    public void rewind(String sink, long offset) throws Exception {
        Map<TopicPartition, OffsetAndMetadata> to = new HashMap<>();
        for (int partition = 0; partition < partitions; partition++) {
            to.put(new TopicPartition(topic, partition), new OffsetAndMetadata(offset));
        }
        admin.alterConsumerGroupOffsets(sink, to).all().get(30, TimeUnit.SECONDS);
    }

    /**
     * Ends the membership of all instances of a sink, which were killed, and aborts their open transactions. The broker does the same after their
     * session timeout and their transaction timeout; this saves the wait.
     */
    public void endSessions(String sink) {
        endMemberships(sink);
        abortTransactions(sink);
    }

    private void abortTransactions(String sink) {
        ListTransactionsOptions open = new ListTransactionsOptions().filterStates(List.of(TransactionState.ONGOING));
        Awaitility.await().atMost(PATIENCE).until(() -> {
            List<String> ids = admin.listTransactions(open).all().get(30, TimeUnit.SECONDS).stream()
                    .map(TransactionListing::transactionalId)
                    .filter(id -> id.startsWith(sink + "-"))
                    .toList();
            if (!ids.isEmpty()) {
                admin.fenceProducers(ids).all().get(30, TimeUnit.SECONDS);
            }
            return ids.isEmpty();
        });
    }

    private void endMemberships(String sink) {
        Awaitility.await().atMost(PATIENCE).until(() -> {
            if (members(sink) == 0) {
                return true;
            }
            // fails if the last session has just timed out
            admin.removeMembersFromConsumerGroup(sink, new RemoveMembersFromConsumerGroupOptions())
                    .all()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .handle((done, failure) -> true)
                    .get(30, TimeUnit.SECONDS);
            return members(sink) == 0;
        });
    }

    private int members(String sink) throws Exception {
        return admin.describeConsumerGroups(List.of(sink))
                .all()
                .get(30, TimeUnit.SECONDS)
                .get(sink)
                .members()
                .size();
    }

    /** Orders a replay of all that a stopped sink has seen, as the command does. */
    public ReplayOrder order(String sink, ReplayMode mode, String selection) throws Exception {
        SinkReplays replays = new SinkReplays(Map.of("bootstrap.servers", bootstrap()), sink);
        ReplayOrder order = new ReplayOrder(
                UUID.randomUUID(),
                replays.nextNumber(),
                mode,
                Selection.parse(List.of(selection)),
                "a test",
                Instant.parse("2026-11-23T09:30:00Z"));
        replays.order(order);
        Map<TopicPartition, OffsetAndMetadata> to = new HashMap<>();
        for (int partition = 0; partition < partitions; partition++) {
            to.put(new TopicPartition(topic, partition), new OffsetAndMetadata(0, order.offsetMetadata()));
        }
        admin.alterConsumerGroupOffsets(sink, to).all().get(30, TimeUnit.SECONDS);
        return order;
    }

    /** Waits until every partition has the receipt of an order, and returns what all of them count together. */
    public ReplayCounts awaitReceipt(String sink, ReplayOrder order) {
        SinkReplays replays = new SinkReplays(Map.of("bootstrap.servers", bootstrap()), sink);
        return Awaitility.await()
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(100))
                .until(
                        replays::receipts,
                        found -> found.size() == partitions
                                && found.stream()
                                        .allMatch(receipt -> receipt.complete()
                                                && receipt.order().equals(order)))
                .stream()
                .map(ReplayReceipt::counts)
                .reduce(ReplayCounts.NONE, ReplayCounts::plus);
    }

    /** The keys that have a committed result, of a sink with one partition. */
    public Set<String> committedResults(String sink) {
        Set<String> keys = new HashSet<>();
        readCommitted(
                TopicNames.changelog(sink, StoreNames.RESULTS),
                record -> keys.add(
                        ResultFormat.key(sink, Bytes.wrap(record.key())).toString()));
        return keys;
    }

    /**
     * Reads the committed records of a topic, and waits until each transaction that has written there by now has ended: the offsets of a
     * transaction may be visible before its end is marked in every partition that it wrote to.
     */
    public static void readCommitted(String topic, Consumer<ConsumerRecord<byte[], byte[]>> reader) {
        Map<String, String> kafka = Map.of("bootstrap.servers", bootstrap());
        try (TopicReader committed = TopicReader.open(kafka, IsolationLevel.READ_COMMITTED, PATIENCE);
                TopicReader written = TopicReader.open(kafka, IsolationLevel.READ_UNCOMMITTED, PATIENCE)) {
            List<TopicPartition> partitions = committed.partitions(topic);
            committed.seek(committed.beginnings(partitions));
            committed.readTo(written.ends(partitions), reader);
        }
    }

    /** Closes a Kafka Streams of a test, so that its group has no member left. */
    @SuppressWarnings("deprecation") // the options that replace these came with Kafka Streams 4.2
    static void leaveAndClose(KafkaStreams streams) {
        streams.close(
                new KafkaStreams.CloseOptions().timeout(Duration.ofSeconds(30)).leaveGroup(true));
    }

    static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> {
                try {
                    Files.delete(file);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }

    @Override
    public void close() throws IOException {
        started.forEach(SinkService::close);
        producer.close();
        admin.close();
        ledger.close();
        delete(directory);
    }

    private static final class SharedBroker {

        static final EmbeddedKafka KAFKA = start();

        private static EmbeddedKafka start() {
            try {
                Path directory = Files.createTempDirectory("sink-broker");
                EmbeddedKafka kafka = EmbeddedKafka.start(directory, 0);
                Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                    kafka.close();
                    try {
                        delete(directory);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }));
                return kafka;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
