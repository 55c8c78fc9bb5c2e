package io.taskqueue.sink.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.sink.Events;
import io.taskqueue.sink.store.MemoryCheckpointStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EventPumpTest {

    private static final List<ReplicationEvent<String>> EVENTS = List.of(
            Events.enqueued("orders", 7, 1, "shop-1"),
            Events.enqueued("orders", 7, 2, "shop-2"),
            Events.enqueued("orders", 7, 3, "shop-1"),
            Events.enqueued("orders", 7, 4));

    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    @Test
    void eventsArePumpedIntoAQueueOnce() throws InterruptedException {
        BlockingQueue<ReplicationEvent<String>> queue = new LinkedBlockingQueue<>();
        var checkpoints = new MemoryCheckpointStore();

        RunReceipt first = LocalSinkRunner.pump("audit", queue)
                .checkpoints(checkpoints)
                .build()
                .run(EVENTS.subList(0, 3));
        RunReceipt second = LocalSinkRunner.pump("audit", queue)
                .checkpoints(checkpoints)
                .build()
                .run(EVENTS);

        assertThat(queue).containsExactlyElementsOf(EVENTS);
        assertThat(first.applied()).isEqualTo(3);
        assertThat(second.applied()).isEqualTo(1);
        assertThat(second.duplicates()).isEqualTo(3);
    }

    @Test
    void aPumpOfAPeerIsNotHeldBackByThatOfAnother() throws Exception {
        BlockingQueue<ReplicationEvent<String>> full = new ArrayBlockingQueue<>(1);
        BlockingQueue<ReplicationEvent<String>> other = new ArrayBlockingQueue<>(1);
        var checkpoints = new MemoryCheckpointStore();
        Future<RunReceipt> slow = threads.submit(() -> LocalSinkRunner.pump("to-shop-1", full)
                .peers("shop-1")
                .checkpoints(checkpoints)
                .build()
                .run(EVENTS));

        RunReceipt receipt =
                LocalSinkRunner.pump("to-shop-2", other).peers("shop-2").build().run(EVENTS);

        assertThat(receipt.applied()).isEqualTo(1);
        assertThat(other).containsExactly(EVENTS.get(1));
        await().until(() -> checkpoints.load("to-shop-1", "orders").position().isPresent());
        assertThat(slow.isDone()).as("the queue is full").isFalse();
        assertThat(checkpoints.load("to-shop-1", "orders").position()).contains(new Position(7, 1));
        assertThat(full.take()).isEqualTo(EVENTS.get(0));
        assertThat(slow.get(30, TimeUnit.SECONDS).applied()).isEqualTo(2);
        assertThat(full.take()).isEqualTo(EVENTS.get(2));
        assertThat(checkpoints.load("to-shop-1", "orders").peers()).containsOnlyKeys("shop-1");
    }

    @Test
    void aConsumerThatFailsGetsTheEventAgain() throws InterruptedException {
        List<ReplicationEvent<String>> consumed = new ArrayList<>();
        boolean[] failed = {false};

        LocalSinkRunner.<String>pump("audit", event -> {
                    if (!failed[0]) {
                        failed[0] = true;
                        throw new IllegalStateException("not yet");
                    }
                    consumed.add(event);
                })
                .build()
                .run(EVENTS);

        assertThat(consumed).isEqualTo(EVENTS);
    }

    @Test
    void aChannelConnectsAPumpAndARunner() throws Exception {
        List<ReplicationEvent<String>> applied = new ArrayList<>();
        EventChannel<String> channel = new EventChannel<>(1);
        Future<RunReceipt> run =
                threads.submit(() -> LocalSinkRunner.<String>builder("billing", (event, effects) -> applied.add(event))
                        .build()
                        .run(channel));

        try (channel) {
            LocalSinkRunner.pump("into-channel", channel).build().run(EVENTS);
        }

        assertThat(run.get(30, TimeUnit.SECONDS).applied()).isEqualTo(4);
        assertThat(applied).isEqualTo(EVENTS);
        assertThat(channel.size()).isZero();
    }

    @Test
    void aFullChannelMakesItsWritersWaitUntilItIsReadOrClosed() throws Exception {
        EventChannel<String> channel = new EventChannel<>(2);
        channel.put(EVENTS.get(0));
        channel.put(EVENTS.get(1));
        CountDownLatch started = new CountDownLatch(2);
        List<Future<?>> waiting = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            waiting.add(threads.submit(() -> {
                started.countDown();
                channel.put(EVENTS.get(2));
                return null;
            }));
        }
        assertThat(started.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(channel.size()).isEqualTo(2);

        channel.close();

        for (Future<?> put : waiting) {
            assertThatThrownBy(() -> put.get(30, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasRootCauseMessage("The event channel is closed, so " + EVENTS.get(2)
                            + " was not added. Close the channel when the last event has been put.");
        }
        List<ReplicationEvent<String>> read = new ArrayList<>();
        channel.forEach(read::add);
        assertThat(read).containsExactly(EVENTS.get(0), EVENTS.get(1));
        assertThat(channel.iterator().hasNext()).as("the end stays").isFalse();
    }

    @Test
    void anInterruptedReaderOfAChannelStops() throws Exception {
        EventChannel<String> channel = new EventChannel<>(1);
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> channel.iterator().hasNext()).isInstanceOf(CancellationException.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void invalidSettingsAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new EventChannel<String>(0))
                .withMessage("The capacity of an event channel is 0. Set it to at least 1 event.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LocalSinkRunner.pump("audit", new EventChannel<String>(1))
                        .peers())
                .withMessage("peers() was called without a peer. Name at least one, or omit the call for all peers.");
    }
}
