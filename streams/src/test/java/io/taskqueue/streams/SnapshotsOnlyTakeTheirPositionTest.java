package io.taskqueue.streams;

import static io.taskqueue.streams.SinkDriver.key;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Counter;
import io.taskqueue.event.EventKind;
import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.metrics.SinkMeters;
import io.taskqueue.sink.Effects;
import io.taskqueue.streams.parking.ParkedCommand.Action;
import io.taskqueue.streams.status.QueueStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Snapshot is the next event of its queue, and nothing else to a sink. */
class SnapshotsOnlyTakeTheirPositionTest {

    @TempDir
    Path directory;

    private final Queue<String> calls = new ConcurrentLinkedQueue<>();
    private final Queue<EventKind> kinds = new ConcurrentLinkedQueue<>();
    private final Set<Long> broken = ConcurrentHashMap.newKeySet();
    private volatile CountDownLatch running = new CountDownLatch(0);
    private SinkDriver sink;

    @BeforeEach
    void start() {
        sink = new SinkDriver(directory, this::act);
    }

    @AfterEach
    void stop() {
        running.countDown();
        sink.close();
    }

    @Test
    void theSinkDoesNotReceiveItAndNothingIsMissing() {
        sink.event(1);
        sink.snapshot(1);
        sink.event(1);
        sink.settle();

        assertThat(kinds).containsExactly(EventKind.ENQUEUED, EventKind.ENQUEUED);
        assertThat(calls).containsExactly(key(1, "call"), key(3, "call"));
        assertThat(sink.recorded()).containsExactlyInAnyOrder(key(1, "call"), key(3, "call"));
        assertThat(count(SinkMeters.APPLIED)).isEqualTo(2);
        assertThat(count(SinkMeters.GAPS)).isZero();
        QueueStatus status = sink.queue();
        assertThat(status.positions().done()).isEqualTo(new Position(1, 3));
        assertThat(status.diverged()).isFalse();
    }

    @Test
    void theSinkIsNotBehindAfterIt() {
        sink.event(1);
        sink.snapshot(1);
        sink.settle();

        QueueStatus status = sink.queue();
        assertThat(status.positions().done()).isEqualTo(new Position(1, 2));
        assertThat(status.positions().lag()).isZero();
        assertThat(status.positions().peers()).isEqualTo(Map.of("default", new Position(1, 1)));
    }

    @Test
    void aSecondOneOfTheSamePositionIsADuplicate() {
        sink.event(1);
        sink.snapshot(1);
        sink.snapshotAgain(1);
        sink.event(1);
        sink.settle();

        assertThat(count(SinkMeters.DUPLICATES)).isEqualTo(1);
        assertThat(count(SinkMeters.GAPS)).isZero();
        assertThat(count(SinkMeters.APPLIED)).isEqualTo(2);
    }

    @Test
    void itDoesNotWaitForAnEventOfItsTaskThatRuns() {
        running = new CountDownLatch(1);
        sink.event(1);
        sink.snapshot(1);
        sink.event(2);
        sink.tick();

        assertThat(sink.queue().positions().done()).isEqualTo(new Position(1, 0));
        running.countDown();
        sink.settle();
        assertThat(sink.queue().positions().done()).isEqualTo(new Position(1, 3));
        assertThat(calls).containsExactlyInAnyOrder(key(1, "call"), key(3, "call"));
    }

    @Test
    void thatOfAParkedTaskIsNotParked() {
        broken.add(1L);
        sink.event(1);
        sink.settle();
        sink.snapshot(1);
        sink.event(1);
        sink.settle();
        assertThat(sink.parkedOffsets(1)).containsExactly(1L, 3L);
        broken.clear();

        sink.command(sink.seen(Action.REDRIVE, 1));
        sink.settle();

        assertThat(sink.parked()).isEmpty();
        assertThat(calls).containsExactly(key(1, "call"), key(3, "call"));
    }

    private void act(ReplicationEvent<String> event, Effects effects) throws Exception {
        running.await();
        kinds.add(event.kind());
        effects.run("call", key -> {
            if (broken.contains(event.position().sequence())) {
                throw new IOException("the target refuses " + event.position().sequence());
            }
            calls.add(key.toString());
        });
    }

    private double count(String meter) {
        return sink.registry.find(meter).counters().stream()
                .mapToDouble(Counter::count)
                .sum();
    }
}
