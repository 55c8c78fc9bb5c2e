package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.event.EventKind;
import io.taskqueue.sink.OnAmbiguity;
import io.taskqueue.streams.clients.TimeoutFencingProducer;
import io.taskqueue.streams.results.ResultFormat;
import io.taskqueue.streams.state.StoreNames;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RoundRobinPartitioner;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KafkaClientSupplier;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.processor.internals.DefaultKafkaClientSupplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The broker does not answer a commit in time. */
class UnansweredCommitsTest {

    private static final int EVENTS = 400;

    /** Where the timeout occurs: below the producer that turns it into a fence, or above it, so that Kafka Streams revives the task. */
    enum TimedOut {
        UNDER_THE_FENCE,
        PAST_THE_FENCE
    }

    @ParameterizedTest
    @EnumSource
    void recordsPolledAndNotProcessedAreNotLost(TimedOut where) throws Exception {
        CountDownLatch alive = new CountDownLatch(1);
        String name = "unanswered-" + where;
        Unanswered unanswered = new Unanswered();
        try (SinkTestCluster cluster = new SinkTestCluster(1)) {
            EventTopicWriter source = cluster.source("orders", 1).open();
            for (int task = 0; task < EVENTS; task++) {
                source.next(EventKind.ENQUEUED, task);
            }
            cluster.producer.flush();
            try (SinkTopology sink = cluster.sink(
                            name,
                            (event, effects) -> effects.run("call", key -> {
                                cluster.ledger.called(key.toString());
                                alive.await();
                            }))
                    .concurrency(4)
                    .maxInFlight(8)
                    .drainTimeout(Duration.ofMillis(200))
                    .topology()) {
                KafkaStreams streams = streams(sink, unanswered, where);
                try {
                    streams.start();
                    Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> committed(cluster, name) >= 8);
                    int before = cluster.ledger.calls().size();
                    unanswered.next();
                    Awaitility.await()
                            .atMost(SinkTestCluster.PATIENCE)
                            .until(() -> cluster.ledger.calls().size() >= before + 4);
                    // resumed; time for some commits, although there may be none where nothing is new
                    Awaitility.await().pollDelay(Duration.ofSeconds(1)).until(() -> true);
                } finally {
                    sink.quiesce();
                    streams.close(Duration.ofSeconds(30));
                }
            }
            alive.countDown();
            SinkService next = cluster.start(cluster.sink(name, cluster.calling(Duration.ZERO)));
            cluster.awaitCaughtUp(name, next);
            assertThat(cluster.ledger.keys()).isEqualTo(EVENTS);
            assertThat(next.status().queues().get(0).counts().gaps()).isZero();
        }
    }

    /** An instance that has only resumed events in flight commits no offsets, and Kafka Streams counts a commit without an answer as made. */
    @Test
    void anIntentWithoutAnAnswerDoesNotCountAsCommitted() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1)) {
            CountDownLatch never = new CountDownLatch(1);
            SinkService first = cluster.start(
                    cluster.sink("intending", (event, effects) -> never.await()).drainTimeout(Duration.ofMillis(200)));
            EventTopicWriter source = cluster.source("orders", 1).open();
            for (int task = 0; task < 10; task++) {
                source.next(EventKind.ENQUEUED, task);
            }
            cluster.producer.flush();
            Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> committed(cluster, "intending") == 11);
            first.close();
            Set<String> committed = ConcurrentHashMap.newKeySet();
            Queue<String> early = new ConcurrentLinkedQueue<>();
            Unanswered unanswered = new Unanswered() {
                private final Set<String> sent = ConcurrentHashMap.newKeySet();

                @Override
                void sending(ProducerRecord<byte[], byte[]> record) {
                    if (record.topic().contains(StoreNames.RESULTS) && record.value() != null) {
                        sent.add(ResultFormat.key("intending", Bytes.wrap(record.key()))
                                .toString());
                    }
                }

                @Override
                void committed() {
                    committed.addAll(sent);
                }
            };
            unanswered.timesOut.set(true);
            try (SinkTopology sink = cluster.sink(
                            "intending",
                            (event, effects) -> effects.run("call", OnAmbiguity.park(), key -> {
                                if (!committed.contains(key.toString())) {
                                    early.add(key.toString());
                                }
                                cluster.ledger.called(key.toString());
                            }))
                    .topology()) {
                KafkaStreams streams = streams(sink, unanswered, TimedOut.UNDER_THE_FENCE);
                try {
                    streams.start();
                    Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> cluster.ledger.keys() == 10);
                } finally {
                    sink.quiesce();
                    streams.close(Duration.ofSeconds(30));
                }
            }
            assertThat(unanswered.timesOut).isFalse();
            assertThat(early).isEmpty();
            assertThat(cluster.ledger.repeated()).isEmpty();
        }
    }

    @Test
    void theMessageOfTheFenceStatesTheRemedy() {
        MockProducer<byte[], byte[]> producer = new MockProducer<>(
                true, new RoundRobinPartitioner(), new ByteArraySerializer(), new ByteArraySerializer());
        Producer<byte[], byte[]> answered = TimeoutFencingProducer.wrap(producer);
        answered.initTransactions();
        answered.beginTransaction();
        producer.commitTransactionException = new TimeoutException("Timeout expired after 60000ms.");
        assertThatThrownBy(answered::commitTransaction)
                .isInstanceOf(ProducerFencedException.class)
                .hasMessage(
                        "The broker did not answer this sink in time: Timeout expired after 60000ms. All partitions of"
                                + " this instance are released and resumed from what is committed, so effects that were not"
                                + " committed run again under their first key. If the broker was available, raise"
                                + " producer.max.block.ms or producer.delivery.timeout.ms.");
        producer.commitTransactionException =
                new KafkaException("an error state", new TimeoutException("Expiring 35 record(s)"));
        assertThatThrownBy(answered::commitTransaction).isInstanceOf(ProducerFencedException.class);
        producer.sendException = new KafkaException("an error state", new TimeoutException("Expiring 35 record(s)"));
        assertThatThrownBy(() -> answered.send(new ProducerRecord<>("topic", new byte[0])))
                .hasCauseInstanceOf(ProducerFencedException.class);
        producer.abortTransactionException = new TimeoutException("Timeout expired after 60000ms.");
        assertThatThrownBy(answered::abortTransaction).isInstanceOf(TimeoutException.class);
    }

    @Test
    void theMessageOfATaskStartedTwiceStatesTheConsequence() {
        assertThat(SinkProcessor.revived("mail", 3))
                .hasMessageStartingWith(
                        "Kafka Streams started its task of partition 3 of sink mail a second time, after its state was lost"
                                + " or could not be written. All partitions of this instance are released and resumed from what is"
                                + " committed, so effects that were not committed run again under their first key. The cause is in the"
                                + " log before this; no action is needed.");
    }

    private static KafkaStreams streams(SinkTopology sink, Unanswered unanswered, TimedOut where) {
        StreamsConfig config = new StreamsConfig(sink.properties());
        if (where == TimedOut.PAST_THE_FENCE) {
            return new KafkaStreams(sink.topology(), config, unanswered.over(sink.clients()));
        }
        KafkaClientSupplier plain = unanswered.over(new DefaultKafkaClientSupplier());
        return new KafkaStreams(sink.topology(), config, new ProducerProbe(sink.clients()) {
            @Override
            public Producer<byte[], byte[]> getProducer(Map<String, Object> properties) {
                return TimeoutFencingProducer.wrap(plain.getProducer(properties));
            }
        });
    }

    private static long committed(SinkTestCluster cluster, String sink) throws Exception {
        OffsetAndMetadata found = cluster.admin
                .listConsumerGroupOffsets(sink)
                .partitionsToOffsetAndMetadata()
                .get(30, TimeUnit.SECONDS)
                .get(new TopicPartition(cluster.topic, 0));
        return found == null ? -1 : found.offset();
    }

    /** A producer that gets no answer to a commit when a test requests it. */
    static class Unanswered {

        final AtomicBoolean timesOut = new AtomicBoolean();

        void sending(ProducerRecord<byte[], byte[]> record) {}

        void committed() {}

        /** The next commit has no answer. */
        void next() {
            timesOut.set(true);
            Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> !timesOut.get());
        }

        KafkaClientSupplier over(KafkaClientSupplier clients) {
            return new ProducerProbe(clients) {
                @Override
                void sending(ProducerRecord<byte[], byte[]> record) {
                    Unanswered.this.sending(record);
                }

                @Override
                void committing() {
                    if (timesOut.compareAndSet(true, false)) {
                        throw new TimeoutException("Timeout expired after 60000ms.");
                    }
                }

                @Override
                void committed() {
                    Unanswered.this.committed();
                }
            };
        }
    }
}
