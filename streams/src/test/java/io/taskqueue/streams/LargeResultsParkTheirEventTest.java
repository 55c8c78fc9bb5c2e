package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.kafka.TopicNames;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.sink.store.EffectResult;
import io.taskqueue.streams.admin.ParkedEvents;
import io.taskqueue.streams.admin.SinkResults;
import io.taskqueue.streams.parking.ParkedEvent;
import io.taskqueue.streams.parking.ParkedState;
import io.taskqueue.streams.parking.ParkedState.EffectState;
import io.taskqueue.streams.parking.ParkedTask;
import io.taskqueue.streams.state.StoreNames;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.Test;

/** A result that the changelog topic would refuse: its effect is done and never runs again by itself, and the sink continues. */
class LargeResultsParkTheirEventTest {

    private static final String SINK = "large";

    /** By default: what the event topic takes, 64 KB for what a sink adds, less what Kafka adds to a record. */
    private static final int LARGEST = 1_048_588 + 64 * 1024 - 128;

    /** What is stored of a result of type string besides its text: key, offset, time, type and lengths, and two quotes. */
    private static final int KEY_AND_FIELDS =
            (4 + "orders".length() + 16 + 4 + "call".length()) + (1 + 8 + 12 + 1) + (4 + 6) + 4 + 2;

    private final AtomicInteger length = new AtomicInteger();

    private ReplicationSink<String> sink(SinkTestCluster cluster) {
        return (event, effects) -> {
            String result = effects.capture("call", String.class, key -> {
                cluster.ledger.called(key.toString());
                return "x".repeat(event.taskId().sequenceId() == 1 ? length.get() : 10);
            });
            assertThat(result).isNotNull();
        };
    }

    private static ParkedTask only(ParkedEvents parked) {
        List<ParkedTask> tasks = ParkedTask.of(parked.read());
        assertThat(tasks).hasSize(1);
        return tasks.get(0);
    }

    private static void await(ThrowingRunnable assertion) {
        Awaitility.await()
                .atMost(SinkTestCluster.PATIENCE)
                .ignoreException(IllegalStateException.class) // before the sink has created its topics
                .untilAsserted(assertion);
    }

    private static void raise(SinkTestCluster cluster, String topic) throws Exception {
        cluster.admin
                .incrementalAlterConfigs(Map.of(
                        new ConfigResource(ConfigResource.Type.TOPIC, topic),
                        List.of(new AlterConfigOp(
                                new ConfigEntry(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, "4000000"),
                                AlterConfigOp.OpType.SET))))
                .all()
                .get(30, TimeUnit.SECONDS);
    }

    private static long calls(SinkTestCluster cluster, String key) {
        return cluster.ledger.times(key);
    }

    @Test
    void actionRunsOnceInAnyNumberOfStartsAndRedrivesUntilThereIsRoomForItsResult() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1)) {
            length.set(1_500_000);
            cluster.source("orders", 1).open().tasks(0, 3);
            String key = SINK + "/0/orders/1/1/call"; // the first event of task 1
            ParkedEvents parked = new ParkedEvents(Map.of("bootstrap.servers", SinkTestCluster.bootstrap()), SINK);

            SinkService service = cluster.start(cluster.sink(SINK, sink(cluster)));
            await(() -> assertThat(only(parked).events()).hasSize(3));
            ParkedEvent first = only(parked).first();
            assertThat(first.state()).isInstanceOfSatisfying(ParkedState.Failed.class, failed -> {
                assertThat(failed.attempts()).isEqualTo(1);
                assertThat(failed.effects()).isEqualTo(Map.of("call", EffectState.UNRECORDED));
                assertThat(failed.error().code()).isEqualTo("ResultTooLargeException");
                assertThat(failed.error().message())
                        .isEqualTo(
                                "Effect " + key + " was done, but its result is not recorded: it has "
                                        + (1_500_000 + KEY_AND_FIELDS) + " bytes, and at most " + LARGEST
                                        + " are possible because of max.message.bytes of topic " + cluster.topic
                                        + ", which the sink's changelog topics follow. The action does "
                                        + "not run again as long as this limit is too small. Raise it and redrive the event, which "
                                        + "by default runs the action again with the same key; if it must not run again, discard "
                                        + "the event. For later events, return a smaller result, or use run() if it is not needed.");
            });

            parked.redrive(only(parked), "");
            await(() -> assertThat(only(parked).first().round()).isEqualTo(first.round() + 1));
            assertThat(service.status().failure()).isEmpty();
            service.close();
            raise(cluster, cluster.topic);
            raise(cluster, TopicNames.changelog(SINK, StoreNames.RESULTS));
            raise(cluster, TopicNames.changelog(SINK, StoreNames.STATE));
            SinkService raised = cluster.start(cluster.sink(SINK, sink(cluster)));
            cluster.awaitCaughtUp(SINK, raised);
            assertThat(calls(cluster, key)).as("before the redrive").isEqualTo(1);

            parked.redrive(only(parked), "");
            await(() -> assertThat(parked.read()).isEmpty());
            cluster.awaitCaughtUp(SINK, raised);
            assertThat(calls(cluster, key)).as("with room for the result").isEqualTo(2);
            assertThat(cluster.ledger.keys()).isEqualTo(9);
            await(() -> assertThat(results(key))
                    .containsExactly(new EffectResult.Done("string", "\"" + "x".repeat(1_500_000) + "\"")));
        }
    }

    private static List<EffectResult> results(String key) {
        return new SinkResults(Map.of("bootstrap.servers", SinkTestCluster.bootstrap()), SINK)
                .find(found -> found.toString().equals(key)).stream()
                        .flatMap(record -> record.result().stream())
                        .toList();
    }

    @Test
    void largestResultIsCommittedAndOneByteMoreParksItsEvent() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1)) {
            length.set(LARGEST - KEY_AND_FIELDS);
            EventTopicWriter source = cluster.source("orders", 1).open();
            source.tasks(0, 2);
            SinkService service = cluster.start(cluster.sink("largest", sink(cluster)));
            cluster.awaitCaughtUp("largest", service);
            assertThat(service.status().effects().parked()).isZero();

            length.incrementAndGet();
            cluster.source("orders", 2).open().tasks(0, 2);
            cluster.awaitCaughtUp("largest", service);
            await(() -> assertThat(service.status().effects().parked()).isEqualTo(3));
            assertThat(service.status().failure()).isEmpty();
            assertThat(cluster.ledger.repeated()).isEmpty();
        }
    }
}
