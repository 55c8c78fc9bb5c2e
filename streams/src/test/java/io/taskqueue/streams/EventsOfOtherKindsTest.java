package io.taskqueue.streams;

import static io.taskqueue.streams.SinkDriver.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.Counter;
import io.taskqueue.event.EventKind;
import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.metrics.SinkMeters;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.sink.Effects;
import io.taskqueue.sink.Interests;
import io.taskqueue.sink.OnGap;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.sink.SinkStoppedException;
import io.taskqueue.streams.replay.ReplayMode;
import io.taskqueue.streams.replay.ReplayOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a sink does not act on takes its position, and is neither decoded nor applied. */
class EventsOfOtherKindsTest {

    @TempDir
    Path directory;

    private final AtomicInteger decoded = new AtomicInteger();
    private final Queue<String> calls = new ConcurrentLinkedQueue<>();

    @Test
    void theirPayloadsAreNotDecodedAndNothingIsMissing() {
        try (SinkDriver sink = driver(EventKind.COMPLETED)) {
            for (int task = 1; task <= 50; task++) {
                sink.event(task);
            }
            sink.settle();

            assertThat(decoded).hasValue(0);
            assertThat(calls).isEmpty();
            assertThat(sink.recorded()).isEmpty();
            assertThat(sink.queue().positions().done()).isEqualTo(new Position(1, 50));
            assertThat(sink.queue().positions().lag()).isZero();
            assertThat(count(sink, SinkMeters.APPLIED)).isZero();
            assertThat(count(sink, SinkMeters.GAPS)).isZero();
        }
    }

    @Test
    void gapsBetweenThemAreReportedAndDuplicatesDropped() {
        try (SinkDriver sink = driver(EventKind.COMPLETED)) {
            sink.event(1);
            sink.event(SinkDriver.QUEUE, 1);
            sink.event(SinkDriver.QUEUE, 5);
            sink.settle();

            assertThat(count(sink, SinkMeters.DUPLICATES)).isEqualTo(1);
            assertThat(count(sink, SinkMeters.GAPS)).isEqualTo(1);
            assertThat(sink.queue().diverged()).isTrue();
        }
    }

    @Test
    void theKindsThatItActsOnAreApplied() {
        try (SinkDriver sink = driver(EventKind.ENQUEUED)) {
            sink.event(1);
            sink.snapshot(1);
            sink.event(2);
            sink.settle();

            assertThat(decoded).hasValue(2);
            assertThat(calls).containsExactlyInAnyOrder(key(1, "call"), key(3, "call"));
            assertThat(sink.queue().positions().done()).isEqualTo(new Position(1, 3));
        }
    }

    @Test
    void aSinkThatHaltsBeforeOneContinuesWithItOnceTheMarkIsCleared() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1)) {
            String name = "halting-kinds";
            EventTopicWriter source = cluster.source("orders", 1).open();
            source.tasks(0, 2);
            source.skip(3);
            source.tasks(2, 4);
            SinkService halted = cluster.start(cluster.sink(name, cluster.calling(Duration.ZERO))
                    .kinds(Set.of(EventKind.COMPLETED))
                    .onGap(OnGap.HALT));
            assertThatThrownBy(halted::awaitTermination)
                    .isInstanceOf(SinkStoppedException.class)
                    .hasMessageContaining("3 events are missing behind 1/6");
            halted.close();
            assertThat(cluster.ledger.keys()).isLessThanOrEqualTo(2); // what had begun

            SinkService cleared = cluster.start(cluster.sink(name, cluster.calling(Duration.ZERO))
                    .kinds(Set.of(EventKind.COMPLETED))
                    .onGap(OnGap.HALT)
                    .clearDiverged("orders"));
            cluster.awaitCaughtUp(name, cleared);
            assertThat(cluster.ledger.keys()).isEqualTo(4);
            assertThat(cluster.ledger.repeated()).isEmpty();
        }
    }

    /** The records in between commit with the one before them, so a restart continues in the middle of a run of them without a gap. */
    @Test
    void restartsContinueWithoutAGapAndAKindThatIsAddedIsAppliedLaterOnlyByAReplay() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(2)) {
            String name = "some-kinds";
            EventTopicWriter orders = cluster.source("orders", 1).open();
            EventTopicWriter invoices = cluster.source("invoices", 2).open();
            for (int round = 0; round < 3; round++) {
                orders.tasks(100 * round, 100 * round + 100);
                invoices.tasks(100 * round, 100 * round + 100);
                orders.undecodable(true, "orders".getBytes(StandardCharsets.UTF_8)); // an Enqueued, by its headers
                SinkService some = cluster.start(cluster.sink(name, cluster.calling(Duration.ZERO))
                        .kinds(Set.of(EventKind.COMPLETED))
                        .commitInterval(Duration.ofMillis(10)));
                cluster.awaitCaughtUp(name, some);
                some.close();
                assertThat(some.status().undecodable()).isZero();
                assertThat(some.status().queues()).noneMatch(queue -> queue.diverged());
            }
            assertThat(cluster.ledger.keys()).isEqualTo(600);
            assertThat(cluster.ledger.repeated()).isEmpty();

            ReplayOrder order = cluster.order(name, ReplayMode.FILL_GAPS, "queue=invoices");
            SinkService more = cluster.start(cluster.sink(name, cluster.calling(Duration.ZERO))
                    .kinds(Set.of(EventKind.COMPLETED, EventKind.ENQUEUED)));
            assertThat(cluster.awaitReceipt(name, order).run()).isEqualTo(300);
            cluster.awaitCaughtUp(name, more);
            assertThat(cluster.ledger.keys()).isEqualTo(900);
            assertThat(cluster.ledger.repeated()).isEmpty();
        }
    }

    private SinkDriver driver(EventKind kind) {
        PayloadCodec<String> utf8 = PayloadCodec.utf8();
        PayloadCodec<String> counting = new PayloadCodec<>() {
            @Override
            public byte[] encode(String payload) {
                return utf8.encode(payload);
            }

            @Override
            public String decode(byte[] json) {
                decoded.incrementAndGet();
                return utf8.decode(json);
            }
        };
        ReplicationSink<String> declaring = new ReplicationSink<>() {
            @Override
            public void apply(ReplicationEvent<String> event, Effects effects) throws Exception {
                effects.run("call", key -> calls.add(key.toString()));
            }

            @Override
            public Interests interests() {
                return Interests.of(kind);
            }
        };
        return new SinkDriver(directory, declaring, counting, builder -> builder);
    }

    private static double count(SinkDriver sink, String meter) {
        return sink.registry.find(meter).counters().stream()
                .mapToDouble(Counter::count)
                .sum();
    }
}
