package io.taskqueue.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.taskqueue.embedded.EmbeddedKafka;
import io.taskqueue.event.Position;
import io.taskqueue.event.TaskError;
import io.taskqueue.fold.FoldedTask;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.sink.RetryPolicy;
import io.taskqueue.source.ReplicationSource;
import io.taskqueue.source.SourceStartException;
import io.taskqueue.source.dead.DeadTaskQuery;
import io.taskqueue.source.dead.DeadTasks;
import io.taskqueue.source.dead.RetryOrder;
import io.taskqueue.source.recovery.QueueRecovery;
import io.taskqueue.source.recovery.Recovery;
import io.taskqueue.source.registry.SourceRegistry;
import io.taskqueue.streams.SinkService;
import io.taskqueue.streams.admin.ParkedEvents;
import io.taskqueue.streams.admin.SinkInstances;
import io.taskqueue.streams.admin.SinkReplays;
import io.taskqueue.streams.admin.SinkResults;
import io.taskqueue.streams.parking.ParkedTask;
import io.taskqueue.streams.replay.ReplayMode;
import io.taskqueue.streams.replay.ReplayOrder;
import io.taskqueue.streams.replay.Selection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ACLs in docs/security.md are sufficient, on a broker that denies everything else. */
class AclsTest {

    private static final String SINK = "billing";
    private static final String WITHOUT_ACLS = "nobody";
    private static final List<String> WHO =
            List.of("source", "sink", "replay", "results", "parked", "status", "recover", "dead");
    private static final Pattern ROW =
            Pattern.compile("\\| (\\w+) \\| (topic|group|transactional id) \\| `([^`]+)` \\| ([\\w, ]+) \\|");

    private static EmbeddedKafka broker;
    private static Admin admin;

    @BeforeAll
    static void startABrokerWithTheDocumentedAcls(@TempDir Path directory) throws Exception {
        String users = Stream.concat(WHO.stream(), Stream.of("admin", WITHOUT_ACLS))
                .map(user -> " user_" + user + "=\"" + user + "\"")
                .collect(Collectors.joining());
        broker = EmbeddedKafka.start(
                directory,
                0,
                Map.of(
                        "listener.security.protocol.map", "PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT",
                        "sasl.enabled.mechanisms", "PLAIN",
                        "sasl.mechanism.inter.broker.protocol", "PLAIN",
                        "listener.name.plaintext.plain.sasl.jaas.config", login("admin", users),
                        "authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                        "super.users", "User:admin;User:ANONYMOUS"));
        admin = Admin.create(as("admin"));
        List<AclBinding> granted = granted();
        assertThat(granted).extracting(acl -> acl.entry().principal()).contains("User:source", "User:status");
        admin.createAcls(granted).all().get();
    }

    @AfterAll
    static void stop() {
        admin.close();
        broker.close();
    }

    @Test
    void aSourceCreatesItsTopicsAndPublishes() throws Exception {
        Position replicated = publish("orders", "source");

        assertThat(replicated.sequence()).isEqualTo(1);
    }

    @Test
    void aSourceWithoutAclsIsRefused() {
        assertThatThrownBy(() -> publish("refused", WITHOUT_ACLS))
                .isInstanceOf(SourceStartException.class)
                .hasMessageContaining("uthoriz");
    }

    @Test
    void aSinkCreatesItsTopicsAndAppliesEvents(@TempDir Path state) throws Exception {
        publish("applied", "source");

        run(state, service -> {
            assertThat(service.status().queues())
                    .anySatisfy(queue -> assertThat(queue.queueName()).isEqualTo("applied"));
            assertThat(SinkInstances.read(as("status"), SINK)).isNotEmpty();
        });
    }

    @Test
    void aReplayIsOrderedAndItsReceiptAndResultsAreRead(@TempDir Path state) throws Exception {
        publish("replayed", "source");
        run(state, service -> assertThat(service.status().queues())
                .anySatisfy(queue -> assertThat(queue.queueName()).isEqualTo("replayed")));
        TopicPartition partition = new TopicPartition(ReplicationSource.DEFAULT_TOPIC, 0);
        SinkReplays replays = new SinkReplays(as("replay"), SINK);
        ReplayOrder order = new ReplayOrder(
                UUID.randomUUID(),
                replays.nextNumber(),
                ReplayMode.RERUN,
                Selection.ALL,
                "replay",
                Instant.parse("2026-11-23T09:30:00Z"));
        Map<TopicPartition, OffsetAndMetadata> beginning =
                Map.of(partition, new OffsetAndMetadata(0, order.offsetMetadata()));

        try (Admin replay = Admin.create(as("replay"))) {
            replay.describeCluster().clusterId().get();
            replay.describeConsumerGroups(List.of(SINK)).all().get();
            replay.describeTopics(List.of(partition.topic())).allTopicNames().get();
            replay.listOffsets(Map.of(partition, OffsetSpec.earliest())).all().get();
            replays.order(order);
            replay.alterConsumerGroupOffsets(SINK, beginning).all().get();

            assertThat(replay.listConsumerGroupOffsets(SINK)
                            .partitionsToOffsetAndMetadata()
                            .get())
                    .containsAllEntriesOf(beginning);
        }
        run(state, service -> assertThat(replays.receipts()).anySatisfy(receipt -> {
            assertThat(receipt.order()).isEqualTo(order);
            assertThat(receipt.complete()).isTrue();
        }));
        assertThat(new SinkResults(as("results"), SINK)
                        .find(key -> key.queueName().equals("replayed")))
                .isNotEmpty();
        assertThatThrownBy(() -> new SinkResults(as(WITHOUT_ACLS), SINK).find(key -> true))
                .isInstanceOf(TopicAuthorizationException.class);
    }

    @Test
    void aStatusReadsTheOwnerOfAQueue() throws Exception {
        publish("shown", "source");

        assertThat(SourceRegistry.read(as("status"), ReplicationSource.DEFAULT_REGISTRY_TOPIC))
                .containsKey("shown");
    }

    @Test
    void theLiveTasksOfAQueueAreRead() throws Exception {
        try (TaskQueue<String> queue = TaskQueue.<String>builder("left").build();
                ReplicationSource<String> source = ReplicationSource.builder(queue, PayloadCodec.utf8())
                        .kafka(as("source"))
                        .partitions(1)
                        .start()) {
            queue.enqueue("a");
            assertThat(source.handOver(Duration.ZERO).tasks()).isEqualTo(1);
        }

        assertThat(liveTasks("recover"))
                .singleElement()
                .satisfies(task -> assertThat(task.task().payload()).isEqualTo("a"));
        assertThatThrownBy(() -> liveTasks(WITHOUT_ACLS)).isInstanceOf(TopicAuthorizationException.class);
    }

    private static List<FoldedTask<String>> liveTasks(String user) throws InterruptedException {
        return QueueRecovery.read(
                        as(user),
                        ReplicationSource.DEFAULT_REGISTRY_TOPIC,
                        "left",
                        PayloadCodec.utf8(),
                        Recovery.standard())
                .tasks();
    }

    @Test
    void deadTasksAreReadAndRetried() throws Exception {
        DeadTasks dead = new DeadTasks(as("dead"), ReplicationSource.DEFAULT_REGISTRY_TOPIC, "failing");
        try (TaskQueue<String> queue =
                        TaskQueue.<String>builder("failing").maxAttempts(1).build();
                ReplicationSource<String> source = ReplicationSource.builder(queue, PayloadCodec.utf8())
                        .kafka(as("source"))
                        .partitions(1)
                        .start()) {
            queue.enqueue("a");
            queue.lease().fail(TaskError.of("refused"));
            source.replicated().get(60, TimeUnit.SECONDS);

            List<RetryOrder> orders =
                    dead.retry(dead.read(DeadTaskQuery.first(1)), "test", Instant.parse("2026-11-23T09:30:00Z"));

            assertThat(queue.lease(Duration.ofSeconds(60))).isPresent();
            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(dead.results(orders)).hasSize(1));
        }
        assertThatThrownBy(() -> new DeadTasks(as(WITHOUT_ACLS), ReplicationSource.DEFAULT_REGISTRY_TOPIC, "failing")
                        .read(DeadTaskQuery.first(1)))
                .isInstanceOf(TopicAuthorizationException.class);
    }

    @Test
    void parkedEventsAreReadAndRedriven(@TempDir Path state) throws Exception {
        publish("refusing", "source");
        publish("refusing too", "source");
        ParkedEvents parked = new ParkedEvents(as("parked"), SINK);
        AtomicBoolean broken = new AtomicBoolean(true);
        ReplicationSink<String> sink = (event, effects) -> effects.run("note", key -> {
            if (event.queueName().startsWith("refusing") && broken.get()) {
                throw new IOException("refused");
            }
        });
        run(state, sink, service -> assertThat(queues(parked)).contains("refusing", "refusing too"));
        broken.set(false);

        assertThat(new ParkedEvents(as("status"), SINK).read()).hasSizeGreaterThanOrEqualTo(2);
        for (ParkedTask task : ParkedTask.of(parked.read())) {
            // a decision made over HTTP is sent by the sink itself
            boolean overHttp = task.task().queueName().equals("refusing too");
            (overHttp ? new ParkedEvents(as("sink"), SINK) : parked).redrive(task, "test");
        }

        run(state, sink, service -> assertThat(queues(parked)).isEmpty());
        assertThatThrownBy(() -> new ParkedEvents(as(WITHOUT_ACLS), SINK).read())
                .isInstanceOf(TopicAuthorizationException.class);
    }

    private static List<String> queues(ParkedEvents parked) {
        return parked.read().stream().map(event -> event.event().queueName()).toList();
    }

    /** Runs the sink until an assertion holds and all events are applied. */
    private static void run(Path state, Consumer<SinkService> assertion) {
        run(state, (event, effects) -> effects.run("note", key -> {}), assertion);
    }

    private static void run(Path state, ReplicationSink<String> sink, Consumer<SinkService> assertion) {
        try (SinkService service = SinkService.<String>builder(SINK, sink, PayloadCodec.utf8())
                .kafka(as("sink"))
                .retry(new RetryPolicy(2, Duration.ofMillis(5), Duration.ofMillis(5), 0))
                .stateDirectory(state)
                .start()) {
            await().atMost(Duration.ofSeconds(90))
                    .ignoreException(IllegalStateException.class)
                    .untilAsserted(() -> {
                        assertThat(service.status().failure()).isEmpty();
                        assertion.accept(service);
                        assertThat(service.status().settled()).isTrue();
                    });
        }
    }

    private static Position publish(String queueName, String user) throws Exception {
        try (TaskQueue<String> queue = TaskQueue.<String>builder(queueName).build();
                ReplicationSource<String> source = ReplicationSource.builder(queue, PayloadCodec.utf8())
                        .kafka(as(user))
                        .partitions(1)
                        .start()) {
            queue.enqueue("a");
            return source.replicated().get(60, TimeUnit.SECONDS);
        }
    }

    private static Map<String, Object> as(String user) {
        Map<String, Object> properties = new HashMap<>();
        properties.put("bootstrap.servers", broker.bootstrapServers());
        properties.put("security.protocol", "SASL_PLAINTEXT");
        properties.put("sasl.mechanism", "PLAIN");
        properties.put("sasl.jaas.config", login(user, ""));
        return properties;
    }

    private static String login(String user, String users) {
        return "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"" + user + "\" password=\""
                + user + "\"" + users + ";";
    }

    /** The rows of the table in docs/security.md. */
    private static List<AclBinding> granted() throws IOException {
        return ROW.matcher(Files.readString(Path.of("..", "docs", "security.md")))
                .results()
                .flatMap(AclsTest::bindings)
                .toList();
    }

    private static Stream<AclBinding> bindings(MatchResult row) {
        assertThat(WHO).contains(row.group(1));
        ResourceType type =
                ResourceType.fromString(row.group(2).replace(' ', '_').toUpperCase(Locale.ROOT));
        String name = row.group(3).replace("NAME", SINK);
        boolean prefixed = name.endsWith("*");
        ResourcePattern resource =
                new ResourcePattern(type, name.replace("*", ""), prefixed ? PatternType.PREFIXED : PatternType.LITERAL);
        return Stream.of(row.group(4).split(", "))
                .map(operation -> operation.equals("DescribeConfigs")
                        ? AclOperation.DESCRIBE_CONFIGS
                        : AclOperation.fromString(operation))
                .map(operation -> new AclBinding(
                        resource,
                        new AccessControlEntry("User:" + row.group(1), "*", operation, AclPermissionType.ALLOW)));
    }
}
