package io.taskqueue.queue;

import static io.taskqueue.event.EventKind.DEAD_LETTERED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
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

    private static final TaskError HOPELESS = TaskError.of("hopeless");

    private static TaskQueue.Builder<String> builder() {
        return TaskQueue.<String>builder("orders").closeGrace(Duration.ZERO);
    }

    /** Enqueues tasks and fails each without another attempt. */
    private static void deadLetter(TaskQueue<String> queue, String... payloads) throws InterruptedException {
        for (String payload : payloads) {
            queue.enqueue(payload);
            queue.lease().fail(HOPELESS, false);
        }
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
    void addedListenerReceivesEventsUntilItsRegistrationIsClosed() {
        EventLog<String> first = new EventLog<>();
        EventLog<String> added = new EventLog<>();
        try (TaskQueue<String> queue = builder().listener(first).build()) {
            queue.tryEnqueue("a");
            QueueListener.Registration registration = queue.addListener(added);
            QueueListener.Registration again = queue.addListener(added);
            queue.tryEnqueue("b");

            again.close();
            again.close();
            queue.tryEnqueue("c");
            registration.close();
            queue.tryEnqueue("d");

            assertThat(added.events.stream().map(event -> event.task().payload()))
                    .containsExactly("b", "b", "c");
            assertThat(first.events).hasSize(4);
        }
    }

    @Test
    void listenerMayRemoveItselfAndAddAnother() {
        List<String> seen = new ArrayList<>();
        AtomicReference<QueueListener.Registration> registration = new AtomicReference<>();
        try (TaskQueue<String> queue = builder().build()) {
            registration.set(queue.addListener(event -> {
                seen.add("once " + event.number());
                registration.get().close();
                var unused = queue.addListener(later -> seen.add("later " + later.number()));
            }));

            queue.tryEnqueue("a");
            queue.tryEnqueue("b");

            assertThat(seen).containsExactly("once 1", "later 2");
        }
    }

    @Test
    void exceptionThatCannotBeWrittenAffectsNobody() {
        EventLog<String> log = new EventLog<>();
        try (TaskQueue<String> queue = builder()
                .listener(event -> {
                    throw new UnwritableException();
                })
                .listener(log)
                .build()) {
            assertThat(queue.tryEnqueue("a")).isPresent();
            queue.tryLease().orElseThrow().complete();

            assertThat(log.kinds()).containsExactly(EventKind.ENQUEUED, EventKind.LEASE_GRANTED, EventKind.COMPLETED);
            assertThat(queue.counts().listenerFailures()).isEqualTo(3);
        }
    }

    private static final class UnwritableException extends RuntimeException {

        private static final long serialVersionUID = 1;

        @Override
        public String getMessage() {
            throw new StackOverflowError("in getMessage");
        }

        @Override
        public StackTraceElement[] getStackTrace() {
            throw new IllegalStateException("in getStackTrace");
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
            deadLetter(queue, "a");
            assertThat(queue.counts().pending()).isZero();

            go.countDown();

            TaskEvent<String> event = handled.poll(20, TimeUnit.SECONDS);
            assertThat(event.kind()).isEqualTo(DEAD_LETTERED);
            assertThat(event.error()).contains(HOPELESS);
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
            deadLetter(queue, "a", "b", "c");

            await().atMost(Duration.ofSeconds(20)).until(() -> queue.counts().deadLetterFailures() == 3);
            assertThat(handled).containsExactly("a", "b", "c");
        }
    }

    @Test
    void deadTaskOfAnExpiryIsHandledWithTheExpiryAsItsError() throws Exception {
        ManualTime time = new ManualTime();
        BlockingQueue<TaskEvent<String>> handled = new LinkedBlockingQueue<>();
        try (TaskQueue<String> queue = builder()
                .maxAttempts(1)
                .clock(time)
                .ticker(time)
                .deadLetterHandler(handled::add)
                .build()) {
            queue.enqueue("a");
            queue.lease();
            time.advance(Duration.ofSeconds(30));
            assertThat(queue.tryLease()).isEmpty();

            TaskEvent<String> event = handled.poll(20, TimeUnit.SECONDS);
            assertThat(event.error().orElseThrow().code()).isEqualTo("lease_expired");
        }
    }

    @Test
    void everyDeadLetterHandlerIsCalledAlsoBehindOneThatThrows() throws Exception {
        BlockingQueue<TaskEvent<String>> handled = new LinkedBlockingQueue<>();
        try (TaskQueue<String> queue = builder()
                .deadLetterHandler(event -> {
                    throw new StackOverflowError("too deep");
                })
                .deadLetterHandler(handled::add)
                .build()) {
            deadLetter(queue, "a");

            assertThat(handled.poll(20, TimeUnit.SECONDS)).isNotNull();
            assertThat(queue.counts().deadLetterFailures()).isEqualTo(1);
        }
    }

    @Test
    void deadTasksBeyondTheCapacityAreCountedAndNotHandled() throws Exception {
        HeldHandler handler = new HeldHandler();
        EventLog<String> log = new EventLog<>();
        try (TaskQueue<String> queue = TaskQueue.<String>builder("orders")
                .closeGrace(Duration.ofSeconds(20))
                .deadLetterCapacity(2)
                .deadLetterHandler(handler)
                .listener(log)
                .build()) {
            deadLetter(queue, "running");
            handler.awaitCall();
            deadLetter(queue, "1", "2", "3", "4");

            assertThat(queue.counts().deadLetterFailures()).isEqualTo(2);
            assertThat(log.kinds().stream().filter(DEAD_LETTERED::equals)).hasSize(5);
            handler.release();
        }
        assertThat(handler.handled()).containsExactly("running", "1", "2");
    }

    @Test
    void deadLetterHandlerThatClosesItsQueueIsNotWaitedFor() throws Exception {
        AtomicReference<TaskQueue<String>> self = new AtomicReference<>();
        CountDownLatch closed = new CountDownLatch(1);
        TaskQueue<String> queue = TaskQueue.<String>builder("orders")
                .closeGrace(Duration.ofMinutes(5))
                .deadLetterHandler(event -> {
                    self.get().close();
                    closed.countDown();
                })
                .build();
        self.set(queue);
        deadLetter(queue, "a");

        assertThat(closed.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(queue.isOpen()).isFalse();
    }

    @Test
    void aCloseWithALimitReturnsAlthoughAListenerDoesNotAndStopsTheQueueOnceItDoes() throws Exception {
        CountDownLatch calling = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        TaskQueue<String> queue = builder()
                .listener(event -> {
                    calling.countDown();
                    await().atMost(Duration.ofSeconds(50)).until(() -> go.getCount() == 0);
                })
                .build();
        Caller<Boolean> enqueuing =
                Caller.startWaiting(() -> queue.tryEnqueue("a").isPresent());
        calling.await();

        assertThat(queue.close(Duration.ofMillis(50))).isFalse();

        assertThat(queue.isOpen()).isTrue();
        go.countDown();
        assertThat(enqueuing.result()).isTrue();
        await().until(() -> !queue.isOpen());
        assertThatThrownBy(queue::tryLease)
                .isInstanceOf(QueueClosedException.class)
                .hasMessage(
                        "Queue orders was stopped, so lease() was refused: it was closed, but a listener did not return"
                                + " in time. A listener must not block: hand the event to another thread.");
    }

    @Test
    void anInterruptionOfACloseWithALimitEndsTheWaitForHolders() {
        EventLog<String> log = new EventLog<>();
        TaskQueue<String> queue = TaskQueue.<String>builder("orders")
                .closeGrace(Duration.ofMinutes(5))
                .listener(log)
                .build();
        queue.tryEnqueue("a");
        queue.tryLease();

        Thread.currentThread().interrupt();
        assertThat(queue.close(Duration.ofMinutes(5))).isTrue();

        assertThat(Thread.interrupted()).isTrue();
        assertThat(log.last().kind()).isEqualTo(EventKind.DRAINED);
    }

    @Test
    void aCloseWithALimitByAListenerIsRefused() {
        AtomicReference<TaskQueue<String>> self = new AtomicReference<>();
        List<String> errors = new ArrayList<>();
        try (TaskQueue<String> queue = builder()
                .listener(event -> {
                    try {
                        boolean unused = self.get().close(Duration.ofMinutes(5));
                    } catch (IllegalStateException e) {
                        errors.add(e.getMessage());
                    }
                })
                .build()) {
            self.set(queue);

            queue.tryEnqueue("a");

            assertThat(errors)
                    .containsExactly(
                            "A listener of queue orders called close() from inside an event. Listeners run inside the "
                                    + "queue's lock and must not call back: hand the event to another thread.");
            assertThat(queue.isOpen()).isTrue();
        }
    }

    @Test
    void closeWaitsForTheDeadLetterHandler() throws Exception {
        HeldHandler handler = new HeldHandler();
        TaskQueue<String> queue = TaskQueue.<String>builder("orders")
                .closeGrace(Duration.ofSeconds(20))
                .deadLetterHandler(handler)
                .build();
        deadLetter(queue, "a");
        handler.awaitCall();
        Caller<Boolean> closing = Caller.startWaiting(() -> {
            queue.close();
            return true;
        });

        handler.release();

        assertThat(closing.result()).isTrue();
        assertThat(handler.handled()).containsExactly("a");
    }
}
