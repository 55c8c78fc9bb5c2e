package io.taskqueue.source;

import static io.taskqueue.source.SourceTestCluster.queues;
import static io.taskqueue.source.SourceTestCluster.sourcesOf;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.logging.CapturedLog;
import io.taskqueue.queue.QueueClosedException;
import io.taskqueue.queue.QueueListener;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What happens to one queue of a group happens to that queue only, whatever the code of the application does there. */
@Timeout(120)
class QueuesOfAGroupAreIndependentTest {

    private static final String EVENTS = "independent.events";

    private static SourceTestCluster cluster;

    @BeforeAll
    static void startBroker(@TempDir Path directory) throws Exception {
        cluster = SourceTestCluster.start(directory);
    }

    @AfterAll
    static void stopBroker() {
        cluster.close();
    }

    @Test
    void aFencedQueueWhoseListenerBlocksDelaysNoOther() throws Exception {
        BlockingListener listener = new BlockingListener();
        TaskQueue<String> blocked =
                TaskQueue.<String>builder("fenced-blocked").listener(listener).build();
        List<TaskQueue<String>> queues = queues("fenced", 2);
        queues.add(0, blocked);
        try (SourceGroup group = cluster.group(EVENTS).start()) {
            List<ReplicationSource<String>> sources = group.start(sourcesOf(queues));
            Thread caller = block(blocked, listener);

            try (ReplicationSource<String> newOwner = claim("fenced-blocked")) {
                await().until(() -> sources.get(0).health().state() == SourceState.FENCED);

                queues.get(1).enqueue("b");
                assertThat(sources.get(1).replicated().get(30, SECONDS).sequence())
                        .as("the registry is read for the others")
                        .isEqualTo(1);
                try (ReplicationSource<String> another = claim("fenced-0")) {
                    assertThat(another.epoch()).isGreaterThan(sources.get(1).epoch());
                    await().until(() -> sources.get(1).health().state() == SourceState.FENCED);
                    await().until(() -> !queues.get(1).isOpen());
                }
                assertThat(sources.get(2).health().state()).isEqualTo(SourceState.RUNNING);
                assertThat(newOwner.health().live()).isTrue();
            }

            listener.release();
            await().until(() -> !blocked.isOpen());
            assertThatThrownBy(() -> blocked.enqueue("late")).isInstanceOf(QueueClosedException.class);
            caller.join();
        }
    }

    @Test
    void aQueueWhoseListenerBlocksKeepsNoOtherFromBeingClosed() throws Exception {
        BlockingListener listener = new BlockingListener();
        TaskQueue<String> blocked =
                TaskQueue.<String>builder("closing-blocked").listener(listener).build();
        List<TaskQueue<String>> queues = queues("closing", 3);
        queues.add(0, blocked);
        SourceGroup group = cluster.group(EVENTS).start();
        List<ReplicationSource<String>> sources = group.start(sourcesOf(queues));
        Thread caller = block(blocked, listener);

        CompletableFuture<Map<String, CloseReport>> closing =
                CompletableFuture.supplyAsync(() -> group.close(Duration.ofSeconds(20)));
        await().until(() -> sources.stream()
                        .filter(source -> source.health().state() == SourceState.CLOSED)
                        .count()
                == 3);
        assertThat(closing).isNotDone();

        listener.release();
        assertThat(closing.get(60, SECONDS)).hasSize(4).allSatisfy((queue, report) -> assertThat(report.complete())
                .isTrue());
        caller.join();
    }

    @Test
    void aQueueWhoseListenerNeverReturnsIsLeftBehindWhenItsGroupCloses() throws Exception {
        BlockingListener listener = new BlockingListener();
        TaskQueue<String> blocked = TaskQueue.<String>builder("left-behind")
                .closeGrace(Duration.ZERO)
                .listener(listener)
                .build();
        List<TaskQueue<String>> queues = queues("left", 3);
        queues.add(0, blocked);
        SourceGroup group = cluster.group(EVENTS).start();
        List<ReplicationSource<String>> sources = group.start(sourcesOf(queues));
        Thread caller = block(blocked, listener);

        try (CapturedLog log = CapturedLog.of(SourceEngine.class)) {
            Map<String, CloseReport> reports = group.close(Duration.ofSeconds(3));

            assertThat(reports).hasSize(4).allSatisfy((queue, report) -> assertThat(report.complete())
                    .isTrue());
            assertThat(log.lines())
                    .containsExactly(
                            "WARN The source of queue left-behind was closed, but the queue is not: a listener of the"
                                    + " queue has not returned. What the queue emits from now on is not replicated; it is stopped once"
                                    + " the listener returns, and its tasks are left to the next owner. A listener must not block: hand"
                                    + " the event to another thread.");
        }
        assertThat(sources).allMatch(source -> source.health().state() == SourceState.CLOSED);
        assertThat(group.size()).isZero();
        sources.get(0).close(); // does nothing, and so does not wait

        listener.release();
        await().until(() -> !blocked.isOpen());
        assertThatThrownBy(() -> blocked.enqueue("late"))
                .isInstanceOf(QueueClosedException.class)
                .hasMessage(
                        "Queue left-behind was stopped, so enqueue() was refused: it was closed, but a listener did not"
                                + " return in time. A listener must not block: hand the event to another thread.");
        caller.join();
        assertThat(cluster.events(EVENTS, "left-behind")).hasSize(2);
    }

    @Test
    void aListenerThatTheCloseItselfCallsMayNeverReturnEither() throws Exception {
        BlockingListener listener = new BlockingListener(EventKind.DRAINED);
        TaskQueue<String> queue = TaskQueue.<String>builder("left-draining")
                .closeGrace(Duration.ZERO)
                .listener(listener)
                .build();
        SourceGroup group = cluster.group(EVENTS).start();
        group.start(sourcesOf(List.of(queue)));
        queue.enqueue("a");
        queue.enqueue("b");
        listener.arm();

        assertThat(group.close(Duration.ofSeconds(3)).get("left-draining").complete())
                .isTrue();

        listener.release();
        assertThat(cluster.events(EVENTS, "left-draining"))
                .extracting(ReplicationEvent::kind)
                .as("the task that was not handed over is live for the next owner")
                .containsExactly(EventKind.SOURCE_STARTED, EventKind.ENQUEUED, EventKind.ENQUEUED, EventKind.DRAINED);
    }

    @Test
    void anObserverThatNeverReturnsIsNotWaitedFor() throws Exception {
        CountDownLatch observing = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        TaskQueue<String> queue = TaskQueue.<String>builder("observed").build();
        SourceGroup group = cluster.group(EVENTS).start();
        ReplicationSource<String> source =
                group.start(sourcesOf(List.of(queue))).get(0);
        source.observe(event -> {
            observing.countDown();
            awaitUninterruptibly(released);
        });
        queue.enqueue("a");
        observing.await();

        CompletableFuture<Map<String, CloseReport>> closing =
                CompletableFuture.supplyAsync(() -> group.close(Duration.ofMinutes(5)));

        assertThat(closing.get(60, SECONDS).get("observed").complete()).isTrue();
        released.countDown();
    }

    @Test
    void aSourceThatClosesWhileOthersAreBusyLosesNothingOfThem() throws Exception {
        List<TaskQueue<String>> queues = queues("busy", 10);
        try (SourceGroup group = cluster.group(EVENTS).start()) {
            List<ReplicationSource<String>> sources = group.start(sourcesOf(queues));
            for (int closed = 0; closed < 5; closed++) {
                for (TaskQueue<String> queue : queues.subList(closed, 10)) {
                    for (int task = 0; task < 50; task++) {
                        queue.enqueue("a");
                    }
                }
                assertThat(sources.get(closed).close(Duration.ofSeconds(20)).complete())
                        .isTrue();
            }

            for (int queue = 5; queue < 10; queue++) {
                assertThat(sources.get(queue).replicated().get(30, SECONDS).sequence())
                        .isEqualTo(250);
                assertThat(cluster.events(EVENTS, "busy-" + queue))
                        .extracting(event -> event.position().sequence())
                        .hasSize(251)
                        .isSorted();
            }
            assertThat(group.size()).isEqualTo(5);
        }
    }

    @Test
    void aStartThatIsUnderWayWhenTheGroupClosesIsClosedWithIt() throws Exception {
        SourceGroup group = cluster.group(EVENTS).start();
        group.start(sourcesOf(queues("before", 1)));
        List<TaskQueue<String>> queues = queues("underway", 200);
        CompletableFuture<Boolean> started = CompletableFuture.supplyAsync(() -> {
            try {
                group.start(sourcesOf(queues));
                return true;
            } catch (IllegalStateException e) {
                return false; // the group closed first
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        Map<String, CloseReport> reports = group.close(Duration.ofSeconds(20));

        assertThat(reports).hasSize(started.get(60, SECONDS) ? 201 : 1);
        assertThat(group.size()).isZero();
        assertThat(queues).allMatch(queue -> queue.isOpen() != started.join());
    }

    private static Thread block(TaskQueue<String> queue, BlockingListener listener) throws InterruptedException {
        listener.arm();
        Thread caller = new Thread(() -> {
            try {
                queue.enqueue("a");
            } catch (InterruptedException | QueueClosedException e) {
                // the queue ends meanwhile
            }
        });
        caller.start();
        listener.awaitBlocked();
        return caller;
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        boolean interrupted = false;
        while (latch.getCount() > 0) {
            try {
                latch.await();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Blocks the queue at its next event of a kind, inside the queue's lock, whatever interrupts it. */
    private static final class BlockingListener implements QueueListener<String> {

        private final CountDownLatch blocked = new CountDownLatch(1);
        private final CountDownLatch released = new CountDownLatch(1);
        private final EventKind kind;
        private volatile boolean armed;

        BlockingListener() {
            this(EventKind.ENQUEUED);
        }

        BlockingListener(EventKind kind) {
            this.kind = kind;
        }

        void arm() {
            armed = true;
        }

        void awaitBlocked() throws InterruptedException {
            blocked.await();
        }

        void release() {
            released.countDown();
        }

        @Override
        public void onEvent(TaskEvent<String> event) {
            if (armed && event.kind() == kind) {
                blocked.countDown();
                awaitUninterruptibly(released);
            }
        }
    }

    private static ReplicationSource<String> claim(String queue) throws InterruptedException {
        return ReplicationSource.builder(TaskQueue.<String>builder(queue).build(), PayloadCodec.utf8())
                .kafka(cluster.settings())
                .topic(EVENTS)
                .start();
    }
}
