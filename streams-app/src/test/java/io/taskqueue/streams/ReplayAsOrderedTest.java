package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.sink.ReplicationSink;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What each mode of a replay runs, and what its receipt says; on a broker, with two partitions, a queue in each. */
class ReplayAsOrderedTest {

    private static final int EVENTS = 60;

    private SinkWorld world;
    private EventWriter one;
    private EventWriter two;

    @BeforeEach
    void start() throws Exception {
        world = new SinkWorld(2);
        one = world.source("a", 1).open();
        two = world.source("b", 1).open();
        one.tasks(0, EVENTS / 3);
        two.tasks(0, EVENTS / 3);
    }

    @AfterEach
    void stop() throws Exception {
        world.close();
    }

    @Test
    void aRerunRunsTheSelectionOnceMoreUnderNewKeysAndALaterReplayAnswersWithTheNewResults() throws Exception {
        runThrough("again", numbered(1));
        ReplayOrder order = world.order("again", ReplayMode.RERUN, "queue=a,kind=Completed");
        assertThat(order.number()).isEqualTo(1);

        SinkService rerun = world.start(world.sink("again", numbered(2)));
        ReplayCounts counts = world.awaitReceipt("again", order);
        world.awaitCaughtUp("again", rerun);
        rerun.close();

        assertThat(counts).isEqualTo(new ReplayCounts(2 * EVENTS, 2 * EVENTS - 20, 20, 0, 0, 0, 0));
        assertThat(world.ledger.calls()).hasSize(2 * EVENTS + 20);
        for (long position = 1; position <= EVENTS; position++) {
            boolean completed = position > 2 * EVENTS / 3;
            assertThat(world.ledger.times(key("again", 0, "a", position))).isEqualTo(1);
            assertThat(world.ledger.times(key("again", 1, "a", position))).isEqualTo(completed ? 1 : 0);
            assertThat(world.ledger.times(key("again", 1, "b", position))).isZero();
        }

        ReplayOrder recorded = world.order("again", ReplayMode.RECORDED_ONLY, "all");
        assertThat(recorded.number()).isEqualTo(2);
        ConcurrentLinkedQueue<String> seen = new ConcurrentLinkedQueue<>();
        SinkService later = world.start(world.sink("again", (event, effects) -> {
            int result = effects.capture("call", Integer.class, key -> 3);
            seen.add(event.queueName() + " " + event.kind() + " " + result);
        }));
        assertThat(world.awaitReceipt("again", recorded))
                .isEqualTo(new ReplayCounts(2 * EVENTS, 2 * EVENTS, 0, 0, 0, 0, 0));
        world.awaitCaughtUp("again", later);

        assertThat(seen)
                .containsOnly(
                        "a ENQUEUED 1",
                        "a LEASE_GRANTED 1",
                        "a COMPLETED 2",
                        "b ENQUEUED 1",
                        "b LEASE_GRANTED 1",
                        "b COMPLETED 1");
        assertThat(world.ledger.calls()).hasSize(2 * EVENTS + 20);
    }

    private void runThrough(String sink, ReplicationSink<String> behaviour) throws Exception {
        SinkService first = world.start(world.sink(sink, behaviour));
        world.awaitCaughtUp(sink, first);
        first.close();
    }

    private ReplicationSink<String> numbered(int result) {
        return (event, effects) -> effects.capture("call", Integer.class, key -> {
            world.ledger.called(key.toString());
            return result;
        });
    }

    private static String key(String sink, int generation, String queue, long position) {
        return sink + "/" + generation + "/" + queue + "/1/" + position + "/call";
    }
}
