package io.taskqueue.streams;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskqueue.event.TaskId;
import io.taskqueue.sink.PermanentEffectException;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.streams.admin.SinkReplays;
import io.taskqueue.streams.admin.SinkResults;
import io.taskqueue.streams.parking.ParkedCommand;
import io.taskqueue.streams.replay.ReplayCounts;
import io.taskqueue.streams.replay.ReplayMode;
import io.taskqueue.streams.replay.ReplayOrder;
import io.taskqueue.streams.replay.Selection;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What each mode of a replay runs, and what its receipt contains; on a broker, with two partitions, a queue in each. */
class OrderedReplayTest {

    private static final int EVENTS = 60;

    private SinkTestCluster cluster;
    private EventTopicWriter one;
    private EventTopicWriter two;

    @BeforeEach
    void start() throws Exception {
        cluster = new SinkTestCluster(2);
        one = cluster.source("a", 1).open();
        two = cluster.source("b", 1).open();
        one.tasks(0, EVENTS / 3);
        two.tasks(0, EVENTS / 3);
    }

    @AfterEach
    void stop() throws Exception {
        cluster.close();
    }

    @Test
    void aRerunRunsTheSelectionOnceMoreUnderNewKeysAndALaterReplayReturnsTheNewResults() throws Exception {
        runThrough("again", numbered(1));
        ReplayOrder order = cluster.order("again", ReplayMode.RERUN, "queue=a,kind=Completed");
        assertThat(order.number()).isEqualTo(1);

        SinkService rerun = cluster.start(cluster.sink("again", numbered(2)));
        ReplayCounts counts = cluster.awaitReceipt("again", order);
        cluster.awaitCaughtUp("again", rerun);
        rerun.close();

        assertThat(counts).isEqualTo(new ReplayCounts(2 * EVENTS, 2 * EVENTS - 20, 20, 0, 0, 0, 0));
        assertThat(cluster.ledger.calls()).hasSize(2 * EVENTS + 20);
        for (long position = 1; position <= EVENTS; position++) {
            boolean completed = position > 2 * EVENTS / 3;
            assertThat(cluster.ledger.times(key("again", 0, "a", position))).isEqualTo(1);
            assertThat(cluster.ledger.times(key("again", 1, "a", position))).isEqualTo(completed ? 1 : 0);
            assertThat(cluster.ledger.times(key("again", 1, "b", position))).isZero();
        }

        ReplayOrder recorded = cluster.order("again", ReplayMode.RECORDED_ONLY, "all");
        assertThat(recorded.number()).isEqualTo(2);
        ConcurrentLinkedQueue<String> seen = new ConcurrentLinkedQueue<>();
        SinkService later = cluster.start(cluster.sink("again", (event, effects) -> {
            int result = effects.capture("call", Integer.class, key -> 3);
            seen.add(event.queueName() + " " + event.kind() + " " + result);
        }));
        assertThat(cluster.awaitReceipt("again", recorded))
                .isEqualTo(new ReplayCounts(2 * EVENTS, 2 * EVENTS, 0, 0, 0, 0, 0));
        cluster.awaitCaughtUp("again", later);

        assertThat(seen)
                .containsOnly(
                        "a ENQUEUED 1",
                        "a LEASE_GRANTED 1",
                        "a COMPLETED 2",
                        "b ENQUEUED 1",
                        "b LEASE_GRANTED 1",
                        "b COMPLETED 1");
        assertThat(cluster.ledger.calls()).hasSize(2 * EVENTS + 20);
    }

    @Test
    void aRerunOfFailuresRunsTheFailedEffectsAndThoseBehindThemAndKeepsTheOtherResults() throws Exception {
        AtomicBoolean fixed = new AtomicBoolean();
        ReplicationSink<String> threeEffects = (event, effects) -> {
            effects.run("before", key -> cluster.ledger.called(key.toString()));
            effects.run("call", key -> {
                cluster.ledger.called(key.toString());
                if (event.queueName().equals("b") && event.position().sequence() % 10 == 1 && !fixed.get()) {
                    throw new PermanentEffectException("it is refused");
                }
            });
            effects.run("after", key -> cluster.ledger.called(key.toString()));
        };
        runThrough("partly", threeEffects);
        int failures = EVENTS / 10;
        int calls = 3 * 2 * EVENTS - failures;
        assertThat(cluster.ledger.calls()).hasSize(calls);
        SinkResults results = new SinkResults(Map.of("bootstrap.servers", SinkTestCluster.bootstrap()), "partly");
        assertThat(results.failures())
                .hasSize(failures)
                .allSatisfy(failure -> assertThat(failure.key().effect()).isEqualTo("call"))
                .extracting(failure -> failure.key().position().sequence())
                .containsExactly(1L, 11L, 21L, 31L, 41L, 51L);

        fixed.set(true);
        ReplayOrder order = cluster.order("partly", ReplayMode.RERUN, "result=failed,to=1/40");
        SinkService rerun = cluster.start(cluster.sink("partly", threeEffects));
        ReplayCounts counts = cluster.awaitReceipt("partly", order);
        cluster.awaitCaughtUp("partly", rerun);
        rerun.close();

        // four failed effects, and the four behind them, which had never run
        assertThat(counts).isEqualTo(new ReplayCounts(2 * EVENTS, calls - 4, 8, 0, 0, 0, 0));
        assertThat(cluster.ledger.calls()).hasSize(calls + 8);
        for (long position : new long[] {1, 11, 21, 31}) {
            String effect = "partly/" + order.number() + "/b/1/" + position;
            assertThat(cluster.ledger.times(effect + "/before")).isZero();
            assertThat(cluster.ledger.times(effect + "/call")).isEqualTo(1);
            assertThat(cluster.ledger.times(effect + "/after")).isEqualTo(1);
        }
        assertThat(results.failures())
                .extracting(failure -> failure.key().position().sequence())
                .containsExactly(41L, 51L);

        ReplayOrder recorded = cluster.order("partly", ReplayMode.FILL_GAPS, "all");
        SinkService later = cluster.start(cluster.sink("partly", threeEffects));
        assertThat(cluster.awaitReceipt("partly", recorded))
                .as("fill-gaps keeps every result, also a failure, and finds no gap")
                .isEqualTo(new ReplayCounts(2 * EVENTS, 3 * 2 * EVENTS - 2, 0, 0, 0, 0, 0));
        cluster.awaitCaughtUp("partly", later);
        assertThat(cluster.ledger.calls()).hasSize(calls + 8);
    }

    @Test
    void fillGapsRunsExactlyTheEffectsWithoutAResultUnderTheirFirstKeyAndTheReceiptIsConsistent() throws Exception {
        runThrough("filled", of("a", numbered(1)));
        ReplayOrder order = cluster.order("filled", ReplayMode.FILL_GAPS, "all");

        // the first event of b fails permanently, the second at each attempt
        SinkService filling = cluster.start(cluster.sink("filled", (event, effects) -> {
            if (event.queueName().equals("b") && event.position().sequence() == 1) {
                effects.run("call", key -> {
                    throw new PermanentEffectException("it is refused");
                });
            }
            if (event.queueName().equals("b") && event.position().sequence() == 2) {
                effects.run("call", key -> {
                    throw new IOException("the target is unavailable");
                });
            }
            numbered(2).apply(event, effects);
        }));
        ReplayCounts counts = cluster.awaitReceipt("filled", order);
        cluster.awaitCaughtUp("filled", filling);
        filling.close();

        // its task has three events, of which two wait behind it
        assertThat(counts).isEqualTo(new ReplayCounts(2 * EVENTS, EVENTS, EVENTS - 1 - 3, 1, 3, 0, 0));
        assertThat(cluster.ledger.calls()).hasSize(EVENTS + EVENTS - 1 - 3);
        for (long position = 1; position <= EVENTS; position++) {
            boolean ran = position > 2 && position % (EVENTS / 3) != 2;
            assertThat(cluster.ledger.times(key("filled", 0, "a", position))).isEqualTo(1);
            assertThat(cluster.ledger.times(key("filled", 0, "b", position))).isEqualTo(ran ? 1 : 0);
        }

        ReplayOrder recorded = cluster.order("filled", ReplayMode.RECORDED_ONLY, "all");
        SinkService later = cluster.start(cluster.sink("filled", numbered(3)));
        assertThat(cluster.awaitReceipt("filled", recorded))
                .isEqualTo(new ReplayCounts(2 * EVENTS, 2 * EVENTS - 3, 0, 0, 3, 0, 0));
        cluster.awaitCaughtUp("filled", later);
        assertThat(cluster.ledger.calls()).hasSize(EVENTS + EVENTS - 1 - 3);
    }

    @Test
    void eventsThatAreRedrivenDuringAReplayAreNotCountedByIt() throws Exception {
        runThrough("redriven", of("a", numbered(1)));
        ReplayOrder order = cluster.order("redriven", ReplayMode.FILL_GAPS, "queue=b,to=1/2");
        AtomicBoolean unavailable = new AtomicBoolean(true);
        CountDownLatch goOn = new CountDownLatch(1);
        SinkService filling = cluster.start(cluster.sink("redriven", (event, effects) -> {
            if (event.position().sequence() == 1 && event.queueName().equals("b")) {
                effects.run("slow", key -> goOn.await());
            } else if (event.position().sequence() == 2 && event.queueName().equals("b")) {
                effects.run("call", key -> {
                    if (unavailable.get()) {
                        throw new IOException("the target is unavailable");
                    }
                    cluster.ledger.called(key.toString());
                });
            }
        }));
        await().atMost(SinkTestCluster.PATIENCE).until(() -> filling.status().queues().stream()
                .anyMatch(queue -> queue.parked().events() == 1));
        unavailable.set(false);
        ParkedCommand redrive = new ParkedCommand(
                ParkedCommand.Action.REDRIVE, new TaskId("b", 1, 2), 2, 1, "a test", "it is back", false);
        cluster.producer
                .send(new ProducerRecord<>("redriven.control", 0, "b".getBytes(UTF_8), redrive.json()))
                .get();
        await().atMost(SinkTestCluster.PATIENCE).until(() -> cluster.ledger.times(key("redriven", 0, "b", 2)) == 1);
        goOn.countDown();

        // the event counts as parked, and only the slow effect as run by the replay
        assertThat(cluster.awaitReceipt("redriven", order)).isEqualTo(new ReplayCounts(2 * EVENTS, 0, 1, 0, 1, 0, 0));
    }

    @Test
    void aRecordedOnlyReplayRunsNothingAndCountsMissingResults() throws Exception {
        runThrough("recorded", of("a", numbered(1)));
        ReplayOrder order = cluster.order("recorded", ReplayMode.RECORDED_ONLY, "all");

        SinkService replay = cluster.start(cluster.sink("recorded", numbered(2)));
        assertThat(cluster.awaitReceipt("recorded", order))
                .isEqualTo(new ReplayCounts(2 * EVENTS, EVENTS, 0, 0, 0, EVENTS, 0));
        cluster.awaitCaughtUp("recorded", replay);

        assertThat(cluster.ledger.calls()).hasSize(EVENTS);
        assertThat(replay.status().queues()).allSatisfy(queue -> {
            assertThat(queue.replaying()).isFalse();
            assertThat(queue.positions().lag()).isZero();
        });
        one.tasks(EVENTS, EVENTS + 1);
        cluster.awaitCaughtUp("recorded", replay);
        assertThat(cluster.ledger.calls()).as("after the replay, events run").hasSize(EVENTS + 3);
    }

    @Test
    void anOrderWhoseOffsetsWereNotMovedHasNoEffectLaterEither() throws Exception {
        runThrough("stale", numbered(1));
        ReplayOrder order = new ReplayOrder(
                UUID.randomUUID(), 1, ReplayMode.RERUN, Selection.ALL, "a test", Instant.parse("2026-11-23T09:30:00Z"));
        new SinkReplays(Map.of("bootstrap.servers", SinkTestCluster.bootstrap()), "stale").order(order);
        runThrough("stale", numbered(2)); // no event arrives, and the order is processed

        cluster.rewind("stale"); // by another tool
        runThrough("stale", numbered(3));
        assertThat(cluster.ledger.calls()).hasSize(2 * EVENTS);

        cluster.order("stale", ReplayMode.RERUN, "all");
        cluster.rewind("stale", 0); // by another tool, before the sink has processed the order
        runThrough("stale", numbered(4));
        assertThat(cluster.ledger.calls()).hasSize(2 * EVENTS);
        assertThat(new SinkReplays(Map.of("bootstrap.servers", SinkTestCluster.bootstrap()), "stale").receipts())
                .hasSize(2)
                .allSatisfy(receipt -> {
                    assertThat(receipt.order().ordered()).isFalse();
                    assertThat(receipt.complete()).isTrue();
                    assertThat(receipt.counts()).isEqualTo(new ReplayCounts(EVENTS, EVENTS, 0, 0, 0, 0, 0));
                });
    }

    @Test
    void anOrderIsProcessedBeforeTheFirstEventWhateverTheTimestampsAre() throws Exception {
        try (SinkTestCluster old = new SinkTestCluster(1)) {
            old.source("orders", 1).stamped(0).open().tasks(0, 200); // as low as the timestamp that a command has
            SinkService first = old.start(old.sink("ordered", old.calling(Duration.ZERO)));
            old.awaitCaughtUp("ordered", first);
            first.close();

            for (int replay = 1; replay <= 4; replay++) {
                ReplayOrder order = old.order("ordered", ReplayMode.RERUN, "all");
                SinkService rerun = old.start(old.sink("ordered", old.calling(Duration.ZERO)));
                old.awaitCaughtUp("ordered", rerun);
                assertThat(old.ledger.calls()).hasSize((1 + replay) * 600);
                assertThat(old.awaitReceipt("ordered", order).run()).isEqualTo(600);
                rerun.close();
            }
        }
    }

    private void runThrough(String sink, ReplicationSink<String> behaviour) throws Exception {
        SinkService first = cluster.start(cluster.sink(sink, behaviour));
        cluster.awaitCaughtUp(sink, first);
        first.close();
    }

    private ReplicationSink<String> numbered(int result) {
        return (event, effects) -> effects.capture("call", Integer.class, key -> {
            cluster.ledger.called(key.toString());
            return result;
        });
    }

    private static ReplicationSink<String> of(String queue, ReplicationSink<String> sink) {
        return (event, effects) -> {
            if (event.queueName().equals(queue)) {
                sink.apply(event, effects);
            }
        };
    }

    private static String key(String sink, int generation, String queue, long position) {
        return sink + "/" + generation + "/" + queue + "/1/" + position + "/call";
    }
}
