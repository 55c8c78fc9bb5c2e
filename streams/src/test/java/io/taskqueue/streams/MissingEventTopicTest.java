package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.sink.SinkStoppedException;
import io.taskqueue.streams.status.SinkState;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.NewTopic;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A sink that is started before the first source, or whose event topic is deleted. */
@Timeout(120)
class MissingEventTopicTest {

    private static SinkTestCluster cluster;

    @BeforeAll
    static void start() throws Exception {
        cluster = new SinkTestCluster(1);
    }

    @AfterAll
    static void stop() throws Exception {
        cluster.close();
    }

    @Test
    void startFailsAfterTheWaitAndNamesTheSettings() {
        assertThatThrownBy(() -> cluster.sink("topicless-impatient", cluster.calling(Duration.ZERO))
                        .topic("missing-impatient")
                        .topicWait(Duration.ofMillis(300))
                        .start())
                .isInstanceOf(SinkStoppedException.class)
                .hasMessage(
                        "Sink topicless-impatient found no topic missing-impatient within 300ms. Start a source, which creates it, or"
                                + " let the sink create it or wait for it without a limit (--create-topic, --wait-for-topic; in code,"
                                + " createTopic, waitForTopic), or name another topic.");
    }

    @Test
    void sinkThatWaitsWithoutALimitIsNotReadyUntilTheTopicExists() throws Exception {
        SinkService service = cluster.start(cluster.sink("topicless-waiting", cluster.calling(Duration.ZERO))
                .topic("missing-waiting")
                .topicWait(Duration.ofMillis(300))
                .waitForTopic());

        assertThat(service.status().state()).isEqualTo(SinkState.STARTING);
        assertThat(service.ready()).isFalse();
        assertThat(service.status().health().live()).isTrue();
        assertThat(service.status().health().kafka()).hasValueSatisfying(reason -> assertThat(reason)
                .matches("the sink has waited for its event topic since \\S+Z: topic missing-waiting does not exist"));
        cluster.admin
                .createTopics(List.of(new NewTopic("missing-waiting", 1, (short) 1)))
                .all()
                .get(30, TimeUnit.SECONDS);

        Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(service::ready);
        assertThat(service.status().health().kafka()).isEmpty();
    }

    @Test
    void sinkThatStillWaitsCanBeClosed() throws Exception {
        SinkService service = cluster.start(cluster.sink("topicless-closed", cluster.calling(Duration.ZERO))
                .topic("missing-closed")
                .waitForTopic());

        service.close();

        service.awaitTermination();
        assertThat(service.status().state()).isEqualTo(SinkState.STOPPED);
    }

    @Test
    void topicIsCreatedWhereThatIsAskedFor() throws Exception {
        SinkService service = cluster.start(cluster.sink("topicless-creating", cluster.calling(Duration.ZERO))
                .topic("missing-creating")
                .createTopic(3, 1));

        assertThat(cluster.admin
                        .describeTopics(List.of("missing-creating"))
                        .allTopicNames()
                        .get(30, TimeUnit.SECONDS)
                        .get("missing-creating")
                        .partitions())
                .hasSize(3);
        Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(service::ready);
    }

    @Test
    void topicThatCannotBeCreatedAsAskedForIsReported() {
        assertThatThrownBy(() -> cluster.sink("topicless-replicated", cluster.calling(Duration.ZERO))
                        .topic("missing-replicated")
                        .createTopic(3, 5)
                        .start())
                .isInstanceOf(SinkStoppedException.class)
                .hasMessageStartingWith("Sink topicless-replicated cannot create topic missing-replicated: ")
                .hasMessageEndingWith(". Create it, permit the sink to create it, or choose other numbers.");
        assertThatThrownBy(() -> cluster.sink("topicless-replicated", cluster.calling(Duration.ZERO))
                        .createTopic(0, 1)
                        .start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "An event topic needs at least 1 partition, but createTopic was called with 0. Choose a number that is"
                                + " high enough permanently: it cannot be changed.");
    }

    @Test
    void startIsEndedByAnInterruption() throws Exception {
        CompletableFuture<Throwable> ended = new CompletableFuture<>();
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        Thread starting = new Thread(() -> {
            try {
                cluster.sink("topicless-interrupted", cluster.calling(Duration.ZERO))
                        .topic("missing-interrupted")
                        .topicWait(Duration.ofHours(1))
                        .start();
            } catch (SinkStoppedException e) {
                interrupted.complete(Thread.currentThread().isInterrupted());
                ended.complete(e);
            }
        });
        starting.start();
        Awaitility.await().until(() -> starting.getState() == Thread.State.TIMED_WAITING);

        starting.interrupt();

        assertThat(ended.get(10, TimeUnit.SECONDS))
                .hasMessage("Sink topicless-interrupted did not start: its thread was interrupted. Start it again.");
        assertThat(interrupted.get(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void deletionOfTheTopicEndsARunningSinkAndIsNamed() throws Exception {
        String topic = "deleted-while-running";
        SinkService service = cluster.start(cluster.sink("topicless-deleted", cluster.calling(Duration.ZERO))
                .topic(topic)
                .createTopic(1, 1)
                .kafka(Map.of(
                        "bootstrap.servers", SinkTestCluster.bootstrap(), "consumer.metadata.max.age.ms", "500")));
        Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(service::ready);

        cluster.admin.deleteTopics(List.of(topic)).all().get(30, TimeUnit.SECONDS);

        Awaitility.await().atMost(Duration.ofSeconds(15)).until(() -> !service.ready());
        Awaitility.await()
                .atMost(SinkTestCluster.PATIENCE)
                .until(() -> service.status().state() == SinkState.FAILED);
        assertThat(service.status().failure())
                .contains("Sink topicless-deleted stopped because topic " + topic
                        + " was deleted. Its events cannot be applied any more; recorded results and parked events are kept. Create the"
                        + " topic, or start a source, which does, and start the sink again.");
    }
}
