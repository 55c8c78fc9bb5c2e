package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.kafka.TopicNames;
import io.taskqueue.sink.OnAmbiguity;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.streams.clients.CommandPriority;
import io.taskqueue.streams.clients.OffsetResets;
import io.taskqueue.streams.clients.PacedConsumer;
import io.taskqueue.streams.clients.PollBudget;
import io.taskqueue.streams.execution.ThreadGuard;
import io.taskqueue.streams.partition.SinkLifecycle;
import io.taskqueue.streams.replay.MovedOffsets;
import io.taskqueue.streams.status.QueueStatus;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class PacedConsumerTest {

    /** A revocation happens inside a poll. This one happens in the first poll that reaches the group after a commit. */
    @Test
    void eventsThatFinishDuringARevocationRightAfterACommitDoNotRunAgain() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1)) {
            // all of them in flight: a task stays unmarked for some time only while no record arrives
            cluster.source("orders", 1).open().tasks(0, 150);
            try (RevokedInstance instance = new RevokedInstance(cluster, cluster.calling(Duration.ofMillis(40)), 20)) {
                instance.start();
                Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> cluster.ledger.keys() > 50);
                instance.revokeAfterNextCommit();
                assertThat(instance.revoked.await(60, TimeUnit.SECONDS)).isTrue();
            }
            assertThat(cluster.ledger.keys()).isLessThan(450);

            SinkService next = cluster.start(cluster.sink("revoked", cluster.calling(Duration.ZERO)));
            cluster.awaitCaughtUp("revoked", next);
            assertThat(cluster.ledger.keys()).isEqualTo(450);
            assertThat(cluster.ledger.repeated()).isEmpty();
        }
    }

    /** Where workers wait for commits, each pass of the stream thread would end with one. */
    @Test
    void aRevocationRightAfterACommitOfIntentsLeavesNoOutcomeUnknown() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1)) {
            ReplicationSink<String> intending = (event, effects) ->
                    effects.run("call", OnAmbiguity.assumeDone(), key -> cluster.ledger.called(key.toString()));
            cluster.source("orders", 1).open().tasks(0, 1_000);
            try (RevokedInstance instance = new RevokedInstance(cluster, intending, 0)) {
                instance.start();
                Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> cluster.ledger.keys() > 20);
                instance.revokeAfterNextCommit();
                assertThat(instance.revoked.await(60, TimeUnit.SECONDS)).isTrue();
            }
            assertThat(cluster.ledger.keys()).isLessThan(3_000);

            SinkService next = cluster.start(cluster.sink("revoked", intending));
            cluster.awaitCaughtUp("revoked", next);
            assertThat(next.status().effects().ambiguous()).isZero();
            assertThat(cluster.ledger.keys()).isEqualTo(3_000);
            assertThat(cluster.ledger.repeated()).isEmpty();
        }
    }

    /** An instance whose partition is revoked at a moment that the test chooses. */
    private static final class RevokedInstance implements AutoCloseable {

        final CountDownLatch revoked = new CountDownLatch(1);
        private final AtomicBoolean armed = new AtomicBoolean();
        private final AtomicBoolean committed = new AtomicBoolean();
        private final AtomicReference<ConsumerRebalanceListener> listener = new AtomicReference<>();
        private final SinkTestCluster cluster;
        private final int calls;
        private final SinkTopology topology;
        private final KafkaStreams streams;

        /** @param calls the number of calls that are made before the revocation, in the same poll */
        RevokedInstance(SinkTestCluster cluster, ReplicationSink<String> sink, int calls) {
            this.cluster = cluster;
            this.calls = calls;
            topology = cluster.sink("revoked", sink).topology();
            streams = new KafkaStreams(
                    topology.topology(),
                    new StreamsConfig(topology.properties()),
                    new ProducerProbe(topology.clients(this::consumer)) {
                        @Override
                        void committed() {
                            committed.set(armed.get());
                        }
                    });
        }

        void start() {
            streams.start();
        }

        void revokeAfterNextCommit() {
            armed.set(true);
        }

        private Consumer<byte[], byte[]> consumer(Map<String, Object> config) {
            Consumer<byte[], byte[]> consumer =
                    new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
            @SuppressWarnings("unchecked") // a proxy of the same interface
            Consumer<byte[], byte[]> probed = (Consumer<byte[], byte[]>) Proxy.newProxyInstance(
                    Consumer.class.getClassLoader(), new Class<?>[] {Consumer.class}, (proxy, method, arguments) -> {
                        if (method.getName().equals("subscribe") && arguments.length == 2) {
                            listener.set((ConsumerRebalanceListener) arguments[1]);
                        }
                        if (method.getName().equals("poll") && committed.compareAndSet(true, false)) {
                            armed.set(false);
                            int before = cluster.ledger.keys();
                            Awaitility.await()
                                    .atMost(SinkTestCluster.PATIENCE)
                                    .until(() -> cluster.ledger.keys() >= before + calls);
                            listener.get().onPartitionsRevoked(consumer.assignment());
                            revoked.countDown();
                        }
                        try {
                            return method.invoke(consumer, arguments);
                        } catch (InvocationTargetException e) {
                            throw e.getTargetException();
                        }
                    });
            return probed;
        }

        @Override
        public void close() {
            SinkTestCluster.leaveAndClose(streams);
            topology.close();
        }
    }

    /** The state of Kafka Streams stays "rebalancing" while it restores new partitions; the partitions that it had before continue. */
    @Test
    void theHandoverLastsAsLongAsTheRevocation() {
        TopicPartition partition = new TopicPartition("events", 0);
        MockConsumer<byte[], byte[]> broker = new MockConsumer<>("earliest");
        SinkLifecycle sink = new SinkLifecycle();
        List<Boolean> handingOver = new ArrayList<>();
        try (Consumer<byte[], byte[]> consumer = PacedConsumer.wrap(
                broker,
                new CommandPriority("events", "control"),
                sink,
                new PollBudget(),
                new OffsetResets("events", new MovedOffsets()),
                new ThreadGuard("paced"))) {
            consumer.subscribe(List.of("events"), new ConsumerRebalanceListener() {
                @Override
                public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
                    handingOver.add(sink.state() == SinkLifecycle.State.HANDING_OVER);
                }

                @Override
                public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
                    handingOver.add(sink.state() == SinkLifecycle.State.HANDING_OVER);
                }
            });
            broker.rebalance(List.of(partition));
            handingOver.clear();

            broker.rebalance(List.of());

            assertThat(handingOver).containsExactly(true, false);
            assertThat(sink.state()).isEqualTo(SinkLifecycle.State.WORKING);
        }
    }

    @Test
    void aFullPartitionFetchesCommandsButNoMoreEvents() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1)) {
            CountDownLatch alive = new CountDownLatch(1);
            cluster.source("orders", 1).open().tasks(0, 300);
            SinkService service = cluster.start(cluster.sink("full", (event, effects) -> {
                        alive.await();
                        effects.run("call", key -> cluster.ledger.called(key.toString()));
                    })
                    .maxInFlight(20)
                    .kafka(Map.of(
                            "bootstrap.servers",
                            SinkTestCluster.bootstrap(),
                            "consumer.max.poll.records",
                            "10",
                            "streams.buffered.records.per.partition",
                            "10")));
            // Kafka Streams passes on the records that it has fetched, and then there are no more
            AtomicInteger inFlight = new AtomicInteger();
            Awaitility.await()
                    .atMost(SinkTestCluster.PATIENCE)
                    .during(Duration.ofMillis(1_500))
                    .until(() -> {
                        int now = service.status().queues().stream()
                                .mapToInt(QueueStatus::inFlight)
                                .sum();
                        return inFlight.getAndSet(now) == now && now >= 20;
                    });
            assertThat(inFlight).hasValueLessThan(20 + 10 + 10 + 10);

            TopicPartition commands = new TopicPartition(TopicNames.control("full"), 0);
            cluster.producer
                    .send(new ProducerRecord<>(commands.topic(), 0, null, new byte[] {'{', '}'}))
                    .get();
            Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> {
                OffsetAndMetadata committed = cluster.admin
                        .listConsumerGroupOffsets("full")
                        .partitionsToOffsetAndMetadata()
                        .get()
                        .get(commands);
                return committed != null && committed.offset() == 1;
            });

            alive.countDown();
            cluster.awaitCaughtUp("full", service);
            assertThat(cluster.ledger.keys()).isEqualTo(900);
            assertThat(cluster.ledger.repeated()).isEmpty();
        }
    }
}
