package io.taskqueue.streams.topics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.kafka.TopicAdmin;
import io.taskqueue.sink.SinkStoppedException;
import io.taskqueue.streams.SettingsForTests;
import io.taskqueue.streams.SinkLog;
import io.taskqueue.streams.SinkTestCluster;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What an instance does that may not change its topics. */
class OwnTopicsTest {

    private static final String RAISE =
            "Topic events takes records of 3000000 bytes, but sink %s cannot ensure that its own topics"
                    + " take them. Topic %s.dead: org.apache.kafka.common.errors.TopicAuthorizationException: denied. Permit ";

    private static final String ALTER = RAISE + "AlterConfigs on it, or run: kafka-configs.sh --alter --topic %s.dead"
            + " --add-config max.message.bytes=3065536.";

    private final AtomicReference<Set<String>> denied = new AtomicReference<>(Set.of());

    private final List<String> requests = new CopyOnWriteArrayList<>();

    private final AtomicReference<@Nullable String> deniedTopic = new AtomicReference<>();

    @Test
    void limitsThatMayNotBeRaisedAreReportedWithTheCommandAndStopTheSinkBeforeALargerRecord() throws Exception {
        try (TopicAdmin admin = admin()) {
            OwnTopics topics =
                    new OwnTopics(SettingsForTests.of("modest", (event, effects) -> {}, b -> b.topic("events")), admin);
            topics.prepare(1, TopicAdmin.DEFAULT_MAX_MESSAGE_BYTES);
            denied.set(Set.of("incrementalAlterConfigs"));

            topics.adopt(1, 3_000_000);
            assertThat(topics.note()).contains(ALTER.formatted("modest", "modest", "modest"));
            assertThatThrownBy(() -> topics.makeRoom(3_000_000))
                    .isInstanceOf(SinkStoppedException.class)
                    .hasMessage(
                            "Sink modest stopped before a record of 3000000 bytes in topic events, because its own topics take"
                                    + " smaller ones only. " + ALTER.formatted("modest", "modest", "modest"));

            denied.set(Set.of());
            topics.adopt(1, 3_000_000);
            assertThat(topics.note()).isEmpty();
            topics.makeRoom(3_000_000);
            assertThat(TopicAdmin.maxMessageBytes(admin.config("modest.dead"))).isEqualTo(3_065_536);
        }
    }

    @Test
    void anInstanceThatMayNotReadTheConfigurationStartsWhileTheDefaultLimitIsEnough() throws Exception {
        try (TopicAdmin admin = admin()) {
            OwnTopics topics =
                    new OwnTopics(SettingsForTests.of("blind", (event, effects) -> {}, b -> b.topic("events")), admin);
            denied.set(Set.of("describeConfigs"));

            topics.prepare(1, TopicAdmin.DEFAULT_MAX_MESSAGE_BYTES);
            assertThat(topics.note()).isEmpty();
            topics.adopt(1, 3_000_000);
            assertThat(topics.note()).contains(RAISE.formatted("blind", "blind") + "DescribeConfigs on it.");
        }
    }

    @Test
    void partitionsThatMayNotBeAddedAreReportedWithTheCommands() throws Exception {
        try (TopicAdmin admin = admin()) {
            OwnTopics topics =
                    new OwnTopics(SettingsForTests.of("fixed", (event, effects) -> {}, b -> b.topic("events")), admin);
            topics.prepare(1, TopicAdmin.DEFAULT_MAX_MESSAGE_BYTES);
            denied.set(Set.of("createPartitions"));
            String expected =
                    "Topic events has 3 partitions now, but sink fixed cannot add partitions to its own topics:"
                            + " org.apache.kafka.common.errors.TopicAuthorizationException: denied. Permit Alter on them, or run:"
                            + " kafka-topics.sh --alter --topic fixed.control --partitions 3;"
                            + " kafka-topics.sh --alter --topic fixed-results-changelog --partitions 3;"
                            + " kafka-topics.sh --alter --topic fixed-state-changelog --partitions 3";

            topics.adopt(3, TopicAdmin.DEFAULT_MAX_MESSAGE_BYTES);
            assertThat(topics.note()).contains(expected);
            assertThatThrownBy(() -> topics.prepare(3, TopicAdmin.DEFAULT_MAX_MESSAGE_BYTES))
                    .isInstanceOf(SinkStoppedException.class)
                    .hasMessage(expected);

            denied.set(Set.of());
            topics.adopt(3, TopicAdmin.DEFAULT_MAX_MESSAGE_BYTES);
            assertThat(topics.note()).isEmpty();
            assertThat(admin.describe("fixed.control").orElseThrow().partitions())
                    .hasSize(3);
        }
    }

    @Test
    void aTopicThatCannotBeCreatedIsReportedBeforeAnotherIsCreated() throws Exception {
        try (TopicAdmin admin = admin()) {
            OwnTopics topics =
                    new OwnTopics(SettingsForTests.of("none", (event, effects) -> {}, b -> b.topic("events")), admin);
            denied.set(Set.of("createTopics"));

            assertThatThrownBy(() -> topics.prepare(1, TopicAdmin.DEFAULT_MAX_MESSAGE_BYTES))
                    .isInstanceOf(SinkStoppedException.class)
                    .hasMessage(
                            "Sink none cannot create its dead-letter topic none.dead: This user is not permitted to use a topic"
                                    + " (denied). Grant it the ACLs that docs/security.md lists. Or create it yourself.");
            assertThat(List.of(admin.describe("none.dead"), admin.describe("none.control")))
                    .allMatch(found -> found.isEmpty());
        }
    }

    @Test
    void aStartAsksForAllTopicsTogether() throws Exception {
        try (TopicAdmin admin = admin()) {
            OwnTopics topics = new OwnTopics(
                    SettingsForTests.of("together", (event, effects) -> {}, b -> b.topic("events")), admin);
            topics.prepare(1, TopicAdmin.DEFAULT_MAX_MESSAGE_BYTES);
            assertThat(requests)
                    .as("the first start; the last two are of the optional topic")
                    .containsExactly(
                            "describeTopics",
                            "createTopics",
                            "createTopics",
                            "describeTopics",
                            "describeConfigs",
                            "describeTopics",
                            "createTopics");
            requests.clear();

            topics.prepare(1, TopicAdmin.DEFAULT_MAX_MESSAGE_BYTES);
            assertThat(requests)
                    .as("the changelogs are created by Kafka Streams, which does not run here")
                    .containsOnlyOnce("describeConfigs")
                    .hasSizeLessThanOrEqualTo(6);
        }
    }

    @Test
    void aSinkThatMayNotCreateItsTopicOfInstancesStartsWithoutIt() throws Exception {
        try (TopicAdmin admin = admin();
                SinkLog log = new SinkLog(OwnTopics.class)) {
            OwnTopics topics =
                    new OwnTopics(SettingsForTests.of("hidden", (event, effects) -> {}, b -> b.topic("events")), admin);
            deniedTopic.set("hidden-instances");

            topics.prepare(1, TopicAdmin.DEFAULT_MAX_MESSAGE_BYTES);
            assertThat(admin.describe("hidden.control")).isPresent();
            assertThat(log.lines())
                    .containsExactly(
                            "WARN Sink hidden works without its topic of instances: Sink hidden cannot create its topic of"
                                    + " instances hidden-instances: This user is not permitted to use a topic (denied). Grant it the"
                                    + " ACLs that docs/security.md lists. Or create it yourself.");

            deniedTopic.set(null);
            topics.prepare(1, TopicAdmin.DEFAULT_MAX_MESSAGE_BYTES);
            assertThat(admin.describe("hidden-instances")).isPresent();
        }
    }

    /** An admin client of the cluster, whose denied methods fail as without the permission. */
    private TopicAdmin admin() {
        Admin allowed = Admin.create(Map.of("bootstrap.servers", SinkTestCluster.bootstrap()));
        Admin limited = (Admin) Proxy.newProxyInstance(
                Admin.class.getClassLoader(), new Class<?>[] {Admin.class}, (proxy, method, arguments) -> {
                    requests.add(method.getName());
                    if (denied.get().contains(method.getName()) || isAboutDeniedTopic(arguments)) {
                        throw new TopicAuthorizationException("denied");
                    }
                    try {
                        return method.invoke(allowed, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getTargetException();
                    }
                });
        return new TopicAdmin(limited, SinkTestCluster.PATIENCE);
    }

    private boolean isAboutDeniedTopic(Object @Nullable [] arguments) {
        String topic = deniedTopic.get();
        return topic != null
                && arguments != null
                && arguments[0] instanceof Collection<?> topics
                && topics.stream()
                        .anyMatch(each ->
                                topic.equals(each instanceof NewTopic created ? created.name() : String.valueOf(each)));
    }
}
