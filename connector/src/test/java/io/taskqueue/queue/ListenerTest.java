package io.taskqueue.queue;

import static io.taskqueue.event.EventKind.DEAD_LETTERED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskEvent;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ListenerTest {

    private static TaskQueue.Builder<String> builder() {
        return TaskQueue.<String>builder("orders").closeGrace(Duration.ZERO);
    }

    @Test
    void listenersAreCalledInTheOrderTheyWereAdded() {
        List<String> told = new ArrayList<>();
        try (TaskQueue<String> queue = builder()
                .listener(event -> told.add("first " + event.kind()))
                .listener(event -> told.add("second " + event.kind()))
                .build()) {
            queue.tryEnqueue("a");
            queue.tryLease();

            assertThat(told)
                    .containsExactly(
                            "first ENQUEUED", "second ENQUEUED", "first LEASE_GRANTED", "second LEASE_GRANTED");
        }
    }

    @Test
    void throwingListenerIsCountedAndAffectsNobodyElse() {
        EventLog<String> log = new EventLog<>();
        try (TaskQueue<String> queue = builder()
                .listener(event -> {
                    throw new AssertionError("bad listener");
                })
                .listener(log)
                .build()) {
            queue.tryEnqueue("a");
            queue.tryLease().orElseThrow().complete();

            assertThat(log.kinds()).containsExactly(EventKind.ENQUEUED, EventKind.LEASE_GRANTED, EventKind.COMPLETED);
            assertThat(queue.counts().listenerFailures()).isEqualTo(3);
        }
    }

    @Test
    void listenerThatCallsBackIsRefused() {
        AtomicReference<TaskQueue<String>> self = new AtomicReference<>();
        List<String> errors = new ArrayList<>();
        List<Runnable> calls = List.of(
                () -> self.get().tryEnqueue("b"),
                () -> self.get().tryLease(),
                () -> self.get().snapshot(),
                () -> self.get().close());
        try (TaskQueue<String> queue = builder()
                .listener(event -> calls.forEach(call -> {
                    try {
                        call.run();
                    } catch (IllegalStateException e) {
                        errors.add(e.getMessage());
                    }
                }))
                .build()) {
            self.set(queue);

            queue.tryEnqueue("a");

            assertThat(errors)
                    .hasSize(4)
                    .first()
                    .isEqualTo(
                            "A listener of queue orders called enqueue() from inside an event. Listeners run inside the "
                                    + "queue's lock and must not call back: hand the event to another thread.");
            assertThat(queue.counts().totals().enqueued()).isEqualTo(1);
            errors.clear();
        }
    }

    @Test
    void deadLetterHandlerMayCallTheQueueAndBlocksNobody() throws Exception {
        AtomicReference<TaskQueue<String>> self = new AtomicReference<>();
        BlockingQueue<TaskEvent<String>> handled = new LinkedBlockingQueue<>();
        CountDownLatch go = new CountDownLatch(1);
        try (TaskQueue<String> queue = builder()
                .deadLetterHandler(event -> {
                    go.await();
                    self.get().enqueue("second life of " + event.task().payload());
                    handled.add(event);
                })
                .build()) {
            self.set(queue);
            queue.enqueue("a");
            queue.lease().fail(TaskError.of("hopeless"), false);
            assertThat(queue.counts().pending()).isZero();

            go.countDown();

            TaskEvent<String> event = handled.poll(20, TimeUnit.SECONDS);
            assertThat(event.kind()).isEqualTo(DEAD_LETTERED);
            assertThat(event.error()).contains(TaskError.of("hopeless"));
            assertThat(queue.lease().payload()).isEqualTo("second life of a");
        }
    }

    @Test
    void throwingDeadLetterHandlerIsCountedAndCalledForTheNext() throws Exception {
        List<String> handled = new CopyOnWriteArrayList<>();
        try (TaskQueue<String> queue = builder()
                .deadLetterHandler(event -> {
                    handled.add(event.task().payload());
                    throw new IOException("no mail server");
                })
                .build()) {
            for (String payload : List.of("a", "b", "c")) {
                queue.enqueue(payload);
                queue.lease().fail(TaskError.of("hopeless"), false);
            }

            await().atMost(Duration.ofSeconds(20)).until(() -> queue.counts().deadLetterFailures() == 3);
            assertThat(handled).containsExactly("a", "b", "c");
        }
    }

    @Test
    void closeWaitsForTheDeadLetterHandler() throws Exception {
        List<String> handled = new CopyOnWriteArrayList<>();
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        TaskQueue<String> queue = TaskQueue.<String>builder("orders")
                .closeGrace(Duration.ofSeconds(20))
                .deadLetterHandler(event -> {
                    running.countDown();
                    go.await();
                    handled.add(event.task().payload());
                })
                .build();
        queue.enqueue("a");
        queue.lease().fail(TaskError.of("hopeless"), false);
        running.await();
        Caller<Boolean> closing = Caller.startWaiting(() -> {
            queue.close();
            return true;
        });

        go.countDown();

        assertThat(closing.result()).isTrue();
        assertThat(handled).containsExactly("a");
    }
}
