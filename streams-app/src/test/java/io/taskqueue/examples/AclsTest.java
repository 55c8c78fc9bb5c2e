package io.taskqueue.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.taskqueue.cli.CommandRun;
import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.console.model.DecisionQuery;
import io.taskqueue.console.model.ParkedDecision;
import io.taskqueue.console.model.ParkedQuery;
import io.taskqueue.console.model.ReplayRequest;
import io.taskqueue.console.sinks.TopicSinkIndex;
import io.taskqueue.console.topology.ViewService;
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
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
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
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * The ACLs that docs/security.md grants to each role are exactly those that it needs: sufficient on a broker that denies everything else,
 * and each of them used.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class AclsTest {

    private static final String SINK = "billing";
    private static final int LAST = Integer.MAX_VALUE - 1;
    private static final String WITHOUT_ACLS = "nobody";
    private static final String DISPATCHER = "dispatcher";
    private static final String OPERATOR = "operator";
    private static final String CONSOLE = "console";
    private static final List<String> ROLES = List.of(DISPATCHER, "sink", OPERATOR, CONSOLE, "doctor");
    private static final Pattern ROW =
            Pattern.compile("\\| (\\w+) \\| (topic|group|transactional id|cluster) \\| `([^`]+)` \\| ([\\w, ]+) \\|");

    private static EmbeddedKafka broker;
    private static Admin admin;
    private static UsedAcls usedAcls;
    private static List<AclBinding> granted;

    /** The ACLs by which the authorizer of a broker in this process has allowed requests, as it logs them. */
    private static final class UsedAcls extends AppenderBase<ILoggingEvent> {

        private static final Pattern RULE = Pattern.compile("resourceType=(\\w+), resourceName='?([^',]+)'?, "
                + "patternType=(\\w+), principal='?([^',]+)'?, host='?[^',]+'?, operation=(\\w+)");

        private final Set<String> used = ConcurrentHashMap.newKeySet();

        static UsedAcls record() {
            UsedAcls acls = new UsedAcls();
            Logger decisions = (Logger) LoggerFactory.getLogger("kafka.authorizer.logger");
            acls.setContext(decisions.getLoggerContext());
            acls.start();
            decisions.setLevel(Level.TRACE);
            decisions.setAdditive(false);
            decisions.addAppender(acls);
            return acls;
        }

        @Override
        protected void append(ILoggingEvent event) {
            Matcher rule = RULE.matcher(event.getFormattedMessage());
            if (rule.find()) {
                used.add(IntStream.rangeClosed(1, rule.groupCount())
                        .mapToObj(rule::group)
                        .collect(Collectors.joining(" ")));
            }
        }

        /** An ACL in the form of those that were used. */
        static String text(AclBinding acl) {
            return acl.pattern().resourceType() + " " + acl.pattern().name() + " "
                    + acl.pattern().patternType() + " " + acl.entry().principal() + " "
                    + acl.entry().operation();
        }
    }

    @BeforeAll
    static void startABrokerWithTheDocumentedAcls(@TempDir Path directory) throws Exception {
        String users = Stream.concat(ROLES.stream(), Stream.of("admin", WITHOUT_ACLS))
                .map(user -> " user_" + user + "=\"" + user + "\"")
                .collect(Collectors.joining());
        usedAcls = UsedAcls.record();
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
        granted = granted();
        assertThat(granted).extracting(acl -> acl.entry().principal()).contains("User:dispatcher", "User:operator");
        admin.createAcls(granted).all().get();
    }

    @AfterAll
    static void stop() {
        admin.close();
        broker.close();
        ((Logger) LoggerFactory.getLogger("kafka.authorizer.logger")).detachAppender(usedAcls);
    }

    @Test
    @Order(LAST + 1)
    void everyAclIsNeeded() {
        assertThat(granted.stream().map(UsedAcls::text))
                .as("granted in docs/security.md, in comparison to used by the tests of this class")
                .isSubsetOf(usedAcls.used);
    }

    @Test
    void aSourceCreatesItsTopicsAndPublishes() throws Exception {
        Position replicated = publish("orders", DISPATCHER);

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
        publish("applied", DISPATCHER);

        run(state, service -> {
            assertThat(service.status().queues())
                    .anySatisfy(queue -> assertThat(queue.queueName()).isEqualTo("applied"));
            assertThat(SinkInstances.read(as(OPERATOR), SINK)).isNotEmpty();
        });
    }

    @Test
    void aReplayIsOrderedAndItsReceiptAndResultsAreRead(@TempDir Path state) throws Exception {
        publish("replayed", DISPATCHER);
        run(state, service -> assertThat(service.status().queues())
                .anySatisfy(queue -> assertThat(queue.queueName()).isEqualTo("replayed")));
        TopicPartition partition = new TopicPartition(ReplicationSource.DEFAULT_TOPIC, 0);
        SinkReplays replays = new SinkReplays(as(OPERATOR), SINK);
        ReplayOrder order = new ReplayOrder(
                UUID.randomUUID(),
                replays.nextNumber(),
                ReplayMode.RERUN,
                Selection.ALL,
                OPERATOR,
                Instant.parse("2026-11-23T09:30:00Z"));
        Map<TopicPartition, OffsetAndMetadata> beginning =
                Map.of(partition, new OffsetAndMetadata(0, order.offsetMetadata()));

        try (Admin replay = Admin.create(as(OPERATOR))) {
            replay.describeCluster().clusterId().get();
            replay.describeConsumerGroups(List.of(SINK)).all().get();
            replay.describeTopics(List.of(partition.topic())).allTopicNames().get();
            replay.listOffsets(Map.of(partition, OffsetSpec.earliest())).all().get();
            replays.order(order);
            assertThat(replays.nextNumber()).isEqualTo(order.number() + 1);
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
        assertThat(new SinkResults(as(OPERATOR), SINK)
                        .find(key -> key.queueName().equals("replayed")))
                .isNotEmpty();
        assertThatThrownBy(() -> new SinkResults(as(WITHOUT_ACLS), SINK).find(key -> true))
                .isInstanceOf(TopicAuthorizationException.class);
    }

    @Test
    void aStatusReadsTheOwnerOfAQueue() throws Exception {
        publish("shown", DISPATCHER);

        assertThat(SourceRegistry.read(as(OPERATOR), ReplicationSource.DEFAULT_REGISTRY_TOPIC))
                .containsKey("shown");
    }

    @Test
    void aDoctorMayLookAtEverything(@TempDir Path directory) throws Exception {
        publish("examined", DISPATCHER);
        run(directory.resolve("state"), service -> assertThat(service.status().queues())
                .anySatisfy(queue -> assertThat(queue.queueName()).isEqualTo("examined")));

        CommandRun run = doctor(directory, "doctor");

        assertThat(run.err()).isEmpty();
        assertThat(run.out())
                .contains("note     this user: it may not: Write on topic taskqueue.sources (dead retry), Read on topic"
                        + " billing.control (replay), Write on topic billing.control (replay, parked redrive, parked"
                        + " discard), Read on group billing (replay).\n"
                        + "         Where it needs these commands, grant the ACLs of docs/security.md.\n")
                .contains("sink billing: ", " 0 unknown, ");
    }

    @Test
    void aDoctorWithoutAclsSaysWhatItMayNotLookAt(@TempDir Path directory) throws Exception {
        publish("hidden", DISPATCHER);

        CommandRun run = doctor(directory, WITHOUT_ACLS);

        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isEqualTo(ExitCode.ATTENTION);
        assertThat(run.out())
                .contains(
                        """
                        unknown  clocks: this user may not look (Cluster authorization failed).
                                 Permit Describe on the cluster, or run doctor as a user who may.
                        """,
                        """
                        unknown  settings of the brokers: this user may not look (Cluster authorization failed).
                                 Permit DescribeConfigs on the cluster, or run doctor as a user who may.
                        """,
                        """
                        unknown  topic taskqueue.events: this user may not look (Topic authorization failed).
                                 Permit Describe on topic taskqueue.events, or run doctor as a user who may.
                        """)
                .doesNotContain("error ", "Exception");
    }

    private static CommandRun doctor(Path directory, String user) throws IOException {
        Path config = directory.resolve("client.properties");
        List<String> lines = as(user).entrySet().stream()
                .map(property -> property.getKey() + "=" + property.getValue())
                .toList();
        Files.write(config, lines);
        return CommandRun.of(
                "doctor", "--bootstrap-server", broker.bootstrapServers(), "--command-config", config.toString());
    }

    @Test
    void theLiveTasksOfAQueueAreRead() throws Exception {
        try (TaskQueue<String> queue = TaskQueue.<String>builder("left").build();
                ReplicationSource<String> source = ReplicationSource.builder(queue, PayloadCodec.utf8())
                        .kafka(as(DISPATCHER))
                        .partitions(1)
                        .start()) {
            queue.enqueue("a");
            assertThat(source.handOver(Duration.ZERO).tasks()).isEqualTo(1);
        }

        assertThat(liveTasks(OPERATOR))
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
        DeadTasks dead = new DeadTasks(as(OPERATOR), ReplicationSource.DEFAULT_REGISTRY_TOPIC, "failing");
        try (TaskQueue<String> queue =
                        TaskQueue.<String>builder("failing").maxAttempts(1).build();
                ReplicationSource<String> source = ReplicationSource.builder(queue, PayloadCodec.utf8())
                        .kafka(as(DISPATCHER))
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
        publish("refusing", DISPATCHER);
        publish("refusing too", DISPATCHER);
        ParkedEvents parked = new ParkedEvents(as(OPERATOR), SINK);
        AtomicBoolean broken = new AtomicBoolean(true);
        ReplicationSink<String> sink = (event, effects) -> effects.run("note", key -> {
            if (event.queueName().startsWith("refusing") && broken.get()) {
                throw new IOException("refused");
            }
        });
        run(state, sink, service -> assertThat(queues(parked)).contains("refusing", "refusing too"));
        broken.set(false);

        assertThat(new ParkedEvents(as(OPERATOR), SINK).read()).hasSizeGreaterThanOrEqualTo(2);
        for (ParkedTask task : ParkedTask.of(parked.read())) {
            // a decision made over HTTP is sent by the sink itself
            boolean overHttp = task.task().queueName().equals("refusing too");
            (overHttp ? new ParkedEvents(as("sink"), SINK) : parked).redrive(task, "test");
        }

        run(state, sink, service -> assertThat(queues(parked)).isEmpty());
        assertThatThrownBy(() -> new ParkedEvents(as(WITHOUT_ACLS), SINK).read())
                .isInstanceOf(TopicAuthorizationException.class);
    }

    @Test
    @Order(LAST)
    void aConsoleFollowsQueuesAndSinksAndSendsDecisions(@TempDir Path state, @TempDir Path view) throws Exception {
        publish("refusing again", DISPATCHER);
        ReplicationSink<String> sink = (event, effects) -> effects.run("note", key -> {
            if (event.queueName().equals("refusing again")) {
                throw new IOException("refused");
            }
        });
        run(state, sink, service -> assertThat(queues(new ParkedEvents(as(OPERATOR), SINK)))
                .contains("refusing again"));

        try (ViewService queues = ViewService.builder(as(CONSOLE), view).start();
                TopicSinkIndex sinks =
                        TopicSinkIndex.builder(as(CONSOLE), queues).start()) {
            ParkedQuery parked = new ParkedQuery(SINK, "refusing again", null, null, null, 10, null);
            await().atMost(Duration.ofSeconds(90)).untilAsserted(() -> {
                assertThat(queues.queue("refusing again")).isPresent();
                assertThat(sinks.owner("refusing again")).isPresent();
                assertThat(sinks.sinks())
                        .anySatisfy(shown -> assertThat(shown.name()).isEqualTo(SINK));
                assertThat(sinks.parked(parked, true).items()).hasSize(1);
                assertThat(sinks.positions(SINK, "refusing again")).isNotEmpty();
            });

            assertThat(sinks.plan(new ReplayRequest(SINK, "earliest", "recorded-only", null)))
                    .isNotNull();
            ParkedDecision redrive = new ParkedDecision(ParkedDecision.Action.REDRIVE, "test", "", false, false);
            assertThat(sinks.decide(parked, redrive).executed()).isTrue();
            await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(
                            sinks.decisions(new DecisionQuery(SINK, "refusing again", null, null, null, null)))
                    .hasSize(1));
        }
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
        assertThat(ROLES).contains(row.group(1));
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
