package io.taskqueue.console.sinks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.console.model.Badge;
import io.taskqueue.console.model.DecisionQuery;
import io.taskqueue.console.model.ParkedQuery;
import io.taskqueue.console.model.ReplayRequest;
import io.taskqueue.console.model.SinkView;
import io.taskqueue.console.model.TaskLife;
import io.taskqueue.console.model.TaskView;
import io.taskqueue.console.model.UnknownAnswerException;
import io.taskqueue.console.model.ViewProgress.State;
import io.taskqueue.streams.SinkService;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.assertj.core.api.ThrowingConsumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A console whose user may read only a part of the topics, on a broker with an authorizer. */
class DeniedTopicsAreNamedTest {

    private static final String CONSOLE = "console";
    private static final String STRANGER = "stranger";

    @TempDir
    static Path directory;

    private static FollowedCluster cluster;

    @BeforeAll
    static void startBroker() throws Exception {
        cluster = new FollowedCluster(
                directory,
                Map.of(
                        "listener.security.protocol.map", "PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT",
                        "sasl.enabled.mechanisms", "PLAIN",
                        "sasl.mechanism.inter.broker.protocol", "PLAIN",
                        "listener.name.plaintext.plain.sasl.jaas.config",
                                login(
                                        "admin",
                                        " user_admin=\"admin\" user_console=\"console\" user_stranger=\"stranger\""),
                        "authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                        "super.users", "User:admin;User:ANONYMOUS"),
                as("admin"));
        FollowedCluster.Dispatcher orders = cluster.dispatcher("orders");
        SinkService billing = cluster.sink("billing", "orders", cluster.billing());
        SinkService mailing = cluster.sink("mailing", "orders", (event, effects) -> {});
        orders.enqueue("one", "fail two");
        Awaitility.await().atMost(FollowedCluster.PATIENCE).until(() -> billing.ready() && mailing.ready());
        for (String user : List.of(CONSOLE, STRANGER)) {
            allow(user, ResourceType.TOPIC, "taskqueue.events", AclOperation.READ);
            allow(user, ResourceType.GROUP, "billing", AclOperation.DESCRIBE);
        }
    }

    @AfterAll
    static void stopBroker() throws Exception {
        cluster.stop();
    }

    private static String login(String user, String users) {
        return "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"" + user + "\" password=\""
                + user + "\"" + users + ";";
    }

    private static Map<String, Object> as(String user) {
        return Map.of(
                "security.protocol", "SASL_PLAINTEXT", "sasl.mechanism", "PLAIN", "sasl.jaas.config", login(user, ""));
    }

    private static void allow(String user, ResourceType type, String name, AclOperation operation) throws Exception {
        try (Admin admin = cluster.admin()) {
            admin.createAcls(List.of(new AclBinding(
                            new ResourcePattern(type, name, PatternType.LITERAL),
                            new AccessControlEntry("User:" + user, "*", operation, AclPermissionType.ALLOW))))
                    .all()
                    .get(30, TimeUnit.SECONDS);
        }
    }

    private static TopicSinkIndex index(String user) {
        return TopicSinkIndex.builder(cluster.kafka(as(user)), new SettableQueues())
                .interval(Duration.ofMillis(200))
                .discovery(Duration.ofMillis(500))
                .start();
    }

    private static void await(TopicSinkIndex index, String name, ThrowingConsumer<SinkView> expected) {
        Awaitility.await().atMost(FollowedCluster.PATIENCE).untilAsserted(() -> assertThat(index.sinks())
                .filteredOn(sink -> sink.name().equals(name))
                .singleElement()
                .satisfies(expected));
    }

    private static ParkedQuery parked(String sink) {
        return new ParkedQuery(sink, null, null, null, null, 10, null);
    }

    @Test
    void whatMayNotBeReadIsNamedAndTheRestIsShownAndAPermissionThatIsGrantedIsUsedAtOnce() throws Exception {
        allow(CONSOLE, ResourceType.TOPIC, "taskqueue.sources", AclOperation.READ);
        allow(CONSOLE, ResourceType.GROUP, "mailing", AclOperation.DESCRIBE);
        allow(CONSOLE, ResourceType.TOPIC, "billing-state-changelog", AclOperation.READ);
        allow(CONSOLE, ResourceType.TOPIC, "billing-instances", AclOperation.DESCRIBE); // found, and not to be read
        try (TopicSinkIndex index = index(CONSOLE)) {
            await(index, "billing", sink -> {
                assertThat(sink.groupState()).isEqualTo("Stable");
                assertThat(sink.parked()).isEqualTo(1);
                assertThat(sink.inFlight()).isZero();
                assertThat(sink.failed()).as("of its results").isNull();
                assertThat(sink.effects()).as("of its instances").isNull();
            });
            await(index, "mailing", sink -> {
                assertThat(sink.groupState()).isEqualTo("Stable");
                assertThat(sink.lagEvents()).as("by its committed offsets").isZero();
                assertThat(sink.parked()).isNull();
                assertThat(sink.inFlight()).isNull();
            });
            assertThat(index.owner("orders")).isPresent();
            assertThat(index.progress().state()).isEqualTo(State.CURRENT);
            assertThat(index.progress().problem()).isNull();
            assertThat(index.progress().notes())
                    .containsExactly(
                            "What billing-results-changelog, billing-instances, billing.control hold of sink billing is not"
                                    + " shown: the console is not permitted to read these topics. Grant it Read on them.",
                            "What mailing-state-changelog, mailing-results-changelog, mailing-instances, mailing.control hold"
                                    + " of sink mailing is not shown: the console is not permitted to read these topics. Grant"
                                    + " it Read on them.");
            assertThat(index.parked(parked("billing"), false).total()).isEqualTo(1);
            assertThatThrownBy(() -> index.parked(parked("mailing"), false))
                    .isInstanceOf(UnknownAnswerException.class)
                    .hasMessage(
                            "The parked events of sink mailing are unknown: the console is not permitted to read topic"
                                    + " mailing-state-changelog. Grant it Read on the topic.");
            assertThatThrownBy(() -> index.decisions(new DecisionQuery("billing", null, null, null, null, null)))
                    .isInstanceOf(UnknownAnswerException.class)
                    .hasMessage(
                            "The decisions about parked events of sink billing are unknown: the console is not permitted"
                                    + " to read topic billing.control. Grant it Read on the topic.");
            assertThat(index.atSinks(life(), false).unknown()).containsExactly("billing", "mailing");

            allow(CONSOLE, ResourceType.TOPIC, "mailing-state-changelog", AclOperation.READ);
            await(index, "mailing", sink -> assertThat(sink.parked()).isZero());
            assertThat(index.parked(parked("mailing"), false).total()).isZero();
        }
    }

    @Test
    void withoutTheRegistryOwnersAreUnknownAndNotMissing() throws Exception {
        try (TopicSinkIndex index = index(STRANGER)) {
            await(index, "billing", sink -> assertThat(sink.groupState()).isEqualTo("Stable"));

            assertThat(index.sinks()).extracting(SinkView::name).containsExactly("billing");
            assertThat(index.progress().notes())
                    .contains("The owners of queues are not shown: the console is not permitted to read topic"
                            + " taskqueue.sources. Grant it Read on the topic.");
            assertThat(index.owner("orders")).isEmpty();
            assertThat(index.problems(SettableQueues.queue("orders", FollowedCluster.partition("orders"), 1, 2)))
                    .extracting(Badge::kind)
                    .doesNotContain(Badge.Kind.NO_OWNER);
        }
    }

    @Test
    void aReplayOfAGroupThatMayNotBeDescribedIsRefusedWithTheReason() {
        try (TopicSinkIndex index = index(STRANGER)) {
            assertThatThrownBy(() -> index.plan(new ReplayRequest("mailing", "earliest", "recorded-only", null)))
                    .isInstanceOf(NoSuchElementException.class)
                    .hasMessage(
                            "There is no sink mailing on this cluster, or the console is not permitted to describe its"
                                    + " consumer group. Check the name, or grant Describe on the group.");
        }
    }

    private static TaskLife life() {
        Instant now = Instant.now();
        return new TaskLife(
                new TaskView("orders", "orders/1/1", "pending", 1, now, now, null, null, null, null, "normal"),
                List.of(),
                0);
    }
}
