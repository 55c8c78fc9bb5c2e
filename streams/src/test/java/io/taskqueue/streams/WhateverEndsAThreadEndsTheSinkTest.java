package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.sink.SinkStoppedException;
import io.taskqueue.streams.status.SinkState;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerInterceptor;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An error in any thread of a sink, whoever started it, ends the sink with its cause; none leaves it running without doing anything. */
@Timeout(120)
class WhateverEndsAThreadEndsTheSinkTest {

    private static SinkTestCluster cluster;

    /** So few records that none is decoded ahead. */
    private static SinkTestCluster few;

    @BeforeAll
    static void start() throws Exception {
        cluster = new SinkTestCluster(1);
        cluster.source("orders", 1).open().tasks(0, 20);
        cluster.producer.flush();
        few = new SinkTestCluster(1);
        few.source("orders", 1).open().tasks(0, 1);
        few.producer.flush();
    }

    @AfterAll
    static void stop() throws Exception {
        cluster.close();
        few.close();
    }

    enum Planted {
        OUT_OF_MEMORY,
        LINKAGE;

        private Error error() {
            return switch (this) {
                case OUT_OF_MEMORY -> new OutOfMemoryError("planted");
                case LINKAGE -> new NoClassDefFoundError("planted");
            };
        }
    }

    @ParameterizedTest
    @EnumSource
    void errorOfACodecOnTheStreamThread(Planted planted) throws Exception {
        SinkService service = sink(few, "decoding-" + planted, thread -> thread.contains("StreamThread"), planted);

        assertEnded(service, planted.error().toString());
    }

    @Test
    void errorOfACodecOnTheThreadThatDecodesAhead() throws Exception {
        SinkService service = sink(cluster, "ahead", thread -> thread.endsWith("-decoder"), Planted.OUT_OF_MEMORY);

        assertEnded(
                service,
                "Sink ahead stopped because its thread ahead-decoder failed: java.lang.OutOfMemoryError: planted. What was"
                        + " not committed is applied again at the next start. Find the cause in the log, fix it, and start the"
                        + " sink again.");
    }

    @Test
    void errorInAPollOfKafkaStreams() throws Exception {
        SinkService service = cluster.start(cluster.sink("polling", cluster.calling(Duration.ZERO))
                .kafka(intercepted("streams.main.consumer.interceptor.classes")));

        assertEnded(service, "java.lang.NoClassDefFoundError: planted in a poll");
    }

    /** Kafka Streams catches exceptions of that thread only, and its tasks would be restored forever. */
    @Test
    void errorOnTheThreadThatRestoresState() throws Exception {
        SinkService before = cluster.start(cluster.sink("restoring", cluster.calling(Duration.ZERO)));
        cluster.awaitCaughtUp("restoring", before);
        before.close();

        SinkService service = cluster.start(cluster.sink("restoring", cluster.calling(Duration.ZERO))
                .stateDirectory(cluster.state("empty"))
                .kafka(intercepted("streams.restore.consumer.interceptor.classes")));

        assertEnded(service, "java.lang.NoClassDefFoundError: planted in a poll");
    }

    private static SinkService sink(SinkTestCluster cluster, String name, Predicate<String> thread, Planted planted) {
        PayloadCodec<String> codec = new PayloadCodec<>() {
            private final PayloadCodec<String> text = PayloadCodec.utf8();
            private final CountDownLatch thrown = new CountDownLatch(1);

            @Override
            public byte[] encode(String payload) {
                return text.encode(payload);
            }

            @Override
            public String decode(byte[] bytes) {
                if (thread.test(Thread.currentThread().getName())) {
                    thrown.countDown();
                    throw planted.error();
                }
                awaitThrown(); // another thread may decode everything before that one begins
                return text.decode(bytes);
            }

            private void awaitThrown() {
                try {
                    assertThat(thrown.await(30, TimeUnit.SECONDS)).isTrue();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        };
        return cluster.start(SinkService.builder(name, cluster.calling(Duration.ZERO), codec)
                .kafka(Map.of("bootstrap.servers", SinkTestCluster.bootstrap()))
                .topic(cluster.topic)
                .stateDirectory(cluster.state(name)));
    }

    private static Map<String, String> intercepted(String property) {
        return Map.of("bootstrap.servers", SinkTestCluster.bootstrap(), property, PlantedInterceptor.class.getName());
    }

    private static void assertEnded(SinkService service, String cause) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> service.status().state() == SinkState.FAILED);
        assertThat(service.status().failure())
                .hasValueSatisfying(failure -> assertThat(failure).contains(cause));
        assertThat(service.ready()).isFalse();
        assertThat(service.status().health().live()).isFalse();
        assertThatThrownBy(service::awaitTermination)
                .isInstanceOf(SinkStoppedException.class)
                .hasMessageContaining(cause);
    }

    /** Throws in each poll that has returned records. */
    public static final class PlantedInterceptor implements ConsumerInterceptor<byte[], byte[]> {

        @Override
        public ConsumerRecords<byte[], byte[]> onConsume(ConsumerRecords<byte[], byte[]> records) {
            if (!records.isEmpty()) {
                throw new NoClassDefFoundError("planted in a poll");
            }
            return records;
        }

        @Override
        public void onCommit(Map<TopicPartition, OffsetAndMetadata> offsets) {}

        @Override
        public void close() {}

        @Override
        public void configure(Map<String, ?> configs) {}
    }
}
