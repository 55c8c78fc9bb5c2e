package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.event.EventKind;
import io.taskqueue.queue.Ticker;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.OnAmbiguity;
import io.taskqueue.streams.results.ResultFormat;
import io.taskqueue.streams.state.StoreNames;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IntentsCommitBeforeActionsTest {

    @Test
    void theActionRunsOnlyAfterItsIntentIsCommittedAndTheCommitIsImmediate() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1)) {
            Set<EffectKey> sent = ConcurrentHashMap.newKeySet();
            Set<EffectKey> committed = ConcurrentHashMap.newKeySet();
            Queue<EffectKey> early = new ConcurrentLinkedQueue<>();
            try (SinkTopology sink = cluster.sink(
                            "intending",
                            (event, effects) -> effects.run("call", OnAmbiguity.park(), key -> {
                                if (!committed.contains(key)) {
                                    early.add(key);
                                }
                                cluster.ledger.called(key.toString());
                            }))
                    .commitInterval(Duration.ofMinutes(5))
                    .topology()) {
                KafkaStreams streams = new KafkaStreams(
                        sink.topology(), new StreamsConfig(sink.properties()), new ProducerProbe(sink.clients()) {
                            @Override
                            void sending(ProducerRecord<byte[], byte[]> record) {
                                if (record.topic().contains(StoreNames.RESULTS)
                                        && record.value() != null
                                        && ResultFormat.isIntent(record.value())) {
                                    sent.add(ResultFormat.key("intending", Bytes.wrap(record.key())));
                                }
                            }

                            @Override
                            void committed() {
                                committed.addAll(sent);
                            }
                        });
                streams.start();
                try {
                    cluster.source("orders", 1).open().tasks(0, 20);
                    Awaitility.await()
                            .atMost(SinkTestCluster.PATIENCE)
                            .until(() -> cluster.ledger.calls().size() == 60);
                } finally {
                    sink.quiesce();
                    streams.close(Duration.ofSeconds(30));
                }
            }
            assertThat(early).isEmpty();
            assertThat(committed).hasSize(60);
        }
    }

    /** Otherwise a commit would contain an intent of each worker at most. */
    @Test
    void workersApplyOtherEventsWhileTheirIntentsCommitButNeverMoreActionsRunAtATime() throws Exception {
        int concurrency = 4;
        AtomicInteger sinceCommit = new AtomicInteger();
        AtomicInteger mostTogether = new AtomicInteger();
        AtomicInteger running = new AtomicInteger();
        AtomicInteger mostRunning = new AtomicInteger();
        try (SinkTestCluster cluster = new SinkTestCluster(1);
                SinkTopology sink = cluster.sink(
                                "sharing-commits",
                                (event, effects) -> effects.run("call", OnAmbiguity.park(), key -> {
                                    mostRunning.accumulateAndGet(running.incrementAndGet(), Math::max);
                                    cluster.ledger.called(key.toString());
                                    TimeUnit.MILLISECONDS.sleep(1);
                                    running.decrementAndGet();
                                }))
                        .concurrency(concurrency)
                        .topology()) {
            cluster.source("orders", 1).open().tasks(0, 100);
            KafkaStreams streams = new KafkaStreams(
                    sink.topology(), new StreamsConfig(sink.properties()), new ProducerProbe(sink.clients()) {
                        @Override
                        void sending(ProducerRecord<byte[], byte[]> record) {
                            if (record.topic().contains(StoreNames.RESULTS)
                                    && record.value() != null
                                    && ResultFormat.isIntent(record.value())) {
                                mostTogether.accumulateAndGet(sinceCommit.incrementAndGet(), Math::max);
                            }
                        }

                        @Override
                        void committed() {
                            sinceCommit.set(0);
                        }
                    });
            streams.start();
            try {
                Awaitility.await()
                        .atMost(SinkTestCluster.PATIENCE)
                        .until(() -> cluster.ledger.calls().size() == 300);
            } finally {
                sink.quiesce();
                streams.close(Duration.ofSeconds(30));
            }
            assertThat(cluster.ledger.repeated()).isEmpty();
        }
        assertThat(mostTogether.get()).isGreaterThan(concurrency);
        assertThat(mostRunning).hasValueBetween(1, concurrency);
    }

    /** A commit for each event that is taken would leave most tasks waiting to be taken, while few intents share each commit. */
    @Test
    void eventsThatWerePolledTogetherAreTakenBeforeTheirIntentsCommit() throws Exception {
        AtomicInteger sinceCommit = new AtomicInteger();
        AtomicInteger mostTogether = new AtomicInteger();
        try (SinkTestCluster cluster = new SinkTestCluster(1);
                SinkTopology sink = cluster.sink(
                                "taking-first",
                                (event, effects) -> effects.run(
                                        "call", OnAmbiguity.park(), key -> cluster.ledger.called(key.toString())))
                        .kinds(Set.of(EventKind.ENQUEUED))
                        .commitInterval(Duration.ofMinutes(5))
                        .topology()) {
            cluster.source("orders", 1).open().tasks(0, 200);
            KafkaStreams streams = new KafkaStreams(
                    sink.topology(), new StreamsConfig(sink.properties()), new ProducerProbe(sink.clients()) {
                        @Override
                        void sending(ProducerRecord<byte[], byte[]> record) {
                            if (record.topic().contains(StoreNames.RESULTS)
                                    && record.value() != null
                                    && ResultFormat.isIntent(record.value())) {
                                mostTogether.accumulateAndGet(sinceCommit.incrementAndGet(), Math::max);
                            }
                        }

                        @Override
                        void committed() {
                            sinceCommit.set(0);
                        }
                    });
            streams.start();
            try {
                Awaitility.await()
                        .atMost(SinkTestCluster.PATIENCE)
                        .until(() -> cluster.ledger.calls().size() == 200);
            } finally {
                sink.quiesce();
                streams.close(Duration.ofSeconds(30));
            }
        }
        assertThat(mostTogether.get()).isGreaterThan(50);
    }

    @Test
    void cleanStopsAndHandoversUnderLoadLeaveNoOutcomeUnknown() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(4)) {
            var sink = new Object() {
                SinkService start(String instance) {
                    return cluster.start(cluster.sink(
                                    "calm",
                                    (event, effects) -> effects.run("call", OnAmbiguity.assumeDone(), key -> {
                                        cluster.ledger.called(key.toString());
                                        TimeUnit.MILLISECONDS.sleep(5);
                                    }))
                            .stateDirectory(cluster.state(instance)));
                }
            };
            List<String> queues = List.of("a", "b", "c", "d", "e", "f", "g", "h");
            for (String queue : queues) {
                cluster.source(queue, 1).open().tasks(0, 500);
            }
            SinkService first = sink.start("one");
            long doubts = 0;
            for (int round = 0; round < 2; round++) {
                SinkService second = sink.start("two");
                Awaitility.await()
                        .atMost(SinkTestCluster.PATIENCE)
                        .until(() -> second.status().effects().run() > 100);
                assertThat(first.status().settled()).as("events are in flight").isFalse();
                second.close();
                doubts += second.status().effects().ambiguous();
            }
            cluster.awaitCaughtUp("calm", first);

            assertThat(cluster.ledger.keys()).isEqualTo(queues.size() * 1_500);
            assertThat(cluster.ledger.repeated()).isEmpty();
            assertThat(doubts + first.status().effects().ambiguous())
                    .as("an intent whose action never began is withdrawn; otherwise the effect would be assumed done")
                    .isZero();
        }
    }

    @Test
    void aStopBetweenACommitAndTheNextPassWaitsUntilTheIntentIsWithdrawn(@TempDir Path directory) throws Exception {
        AtomicInteger acted = new AtomicInteger();
        try (SinkDriver driver = new SinkDriver(
                directory,
                (event, effects) -> effects.run("call", OnAmbiguity.assumeDone(), key -> acted.incrementAndGet()))) {
            driver.event(1);
            while (driver.recorded().isEmpty()) {
                driver.tick();
            }
            driver.sink.lifecycle().close(0);
            Thread stopping = new Thread(() -> {
                try {
                    driver.sink.lifecycle().close(SinkTestCluster.PATIENCE.toNanos());
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            stopping.start();
            Awaitility.await()
                    .atMost(SinkTestCluster.PATIENCE)
                    .until(() -> stopping.getState() == Thread.State.TIMED_WAITING);

            driver.tick();

            stopping.join(SinkTestCluster.PATIENCE.toMillis());
            assertThat(stopping.isAlive()).isFalse();
            assertThat(driver.recorded()).isEmpty();
            assertThat(acted).hasValue(0);
        }
    }

    @Test
    void theStreamThreadDoesNotWaitForCapacityThatOnlyItsCommitCanFree(@TempDir Path directory) {
        try (SinkDriver driver = new SinkDriver(
                directory,
                (event, effects) -> effects.run("call", OnAmbiguity.park(), key -> {}),
                builder -> builder.concurrency(1).maxInFlight(1))) {
            long shortest = Long.MAX_VALUE;
            for (int task = 1; task <= 5; task++) {
                driver.sink.budget().polled();
                long begun = Ticker.system().nanos();
                driver.event(task);
                shortest = Math.min(shortest, Ticker.system().nanos() - begun);
                driver.settle();
            }
            assertThat(Duration.ofNanos(shortest)).isLessThan(Duration.ofMillis(80));
        }
    }

    @Test
    void aLostPartitionReleasesTheThreadsThatTheSinkStarted(@TempDir Path directory) throws Exception {
        CountDownLatch asking = new CountDownLatch(1);
        CompletableFuture<Throwable> ended = new CompletableFuture<>();
        try (SinkDriver driver = new SinkDriver(directory, (event, effects) -> CompletableFuture.runAsync(() -> {
                    try {
                        asking.countDown();
                        effects.run("call", OnAmbiguity.park(), key -> {});
                    } catch (Throwable thrown) {
                        ended.complete(thrown);
                    }
                })
                .join())) {
            driver.event(1);
            assertThat(asking.await(60, TimeUnit.SECONDS)).isTrue();
            driver.lose();
            assertThat(ended.get(60, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
        }
    }

    @Test
    void anInterruptionBeforeTheIntentIsWrittenLeavesNoOutcomeUnknown(@TempDir Path directory) {
        AtomicInteger attempts = new AtomicInteger();
        AtomicInteger calls = new AtomicInteger();
        try (SinkDriver sink = new SinkDriver(directory, (event, effects) -> {
            if (attempts.incrementAndGet() == 1) {
                Thread.currentThread().interrupt(); // as a client's watchdog does that fires too late
            }
            effects.run("call", OnAmbiguity.assumeDone(), key -> calls.incrementAndGet());
        })) {
            sink.event(1);
            sink.settle();
            assertThat(attempts).hasValue(2);
            assertThat(calls).as("the action had not begun before").hasValue(1);
            assertThat(sink.status().effects().ambiguous()).isZero();
        }
    }

    @Test
    void anInterruptionWhileTheIntentIsCommittedLeavesNoOutcomeUnknown(@TempDir Path directory) {
        Queue<Thread> workers = new ConcurrentLinkedQueue<>();
        AtomicInteger calls = new AtomicInteger();
        try (SinkDriver sink = new SinkDriver(directory, (event, effects) -> {
            workers.add(Thread.currentThread());
            effects.run("call", OnAmbiguity.assumeDone(), key -> calls.incrementAndGet());
        })) {
            sink.event(1);
            while (sink.recorded().isEmpty()) {
                sink.tick();
            }
            workers.remove().interrupt(); // the intent is in the store, and the commit is not known to have been made
            Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> !workers.isEmpty());
            sink.settle();
            assertThat(calls).hasValue(1);
            assertThat(sink.status().effects().ambiguous()).isZero();
        }
    }
}
