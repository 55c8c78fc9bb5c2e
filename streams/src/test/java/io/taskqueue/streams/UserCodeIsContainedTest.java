package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.metrics.SinkMeters;
import io.taskqueue.sink.EffectProbe.Answer;
import io.taskqueue.sink.OnAmbiguity;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.sink.UnknownOutcomeException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever the application's code throws, at every place where a sink calls it, harms one event at most, and is seen. */
class UserCodeIsContainedTest {

    @TempDir
    Path directory;

    private final Queue<Long> applied = new ConcurrentLinkedQueue<>();
    private SinkDriver sink;

    @AfterEach
    void close() {
        sink.close();
    }

    /** An exception whose own methods throw. */
    private static final class Unreadable extends RuntimeException {

        private static final long serialVersionUID = 1L;

        @Override
        public String getMessage() {
            throw new IllegalStateException("no message");
        }

        @Override
        public synchronized Throwable getCause() {
            throw new StackOverflowError("no cause");
        }

        @Override
        public String toString() {
            throw new AssertionError("no text");
        }
    }

    static Stream<Throwable> anything() {
        return Stream.of(
                new IllegalStateException("a defect"),
                new SocketTimeoutException("Read timed out"),
                new org.apache.kafka.common.errors.TimeoutException("a type of Kafka's own"),
                new org.apache.kafka.streams.errors.TaskCorruptedException(java.util.Set.of()),
                new InterruptedException("thrown by the code itself"),
                new StackOverflowError(),
                new OutOfMemoryError("Java heap space"),
                new NoClassDefFoundError("com/example/Client"),
                new ExceptionInInitializerError("a class of the application"),
                new AssertionError("assert"),
                new InternalError("a virtual machine's"),
                new Error("any"),
                new Throwable("neither an exception nor an error"),
                new Unreadable());
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <R, X extends Throwable> R sneak(Throwable thrown) throws X {
        throw (X) thrown;
    }

    @SuppressWarnings("TypeParameterUnusedInFormals")
    private static <R> R fail(Throwable thrown) {
        return UserCodeIsContainedTest.<R, RuntimeException>sneak(thrown);
    }

    private void start(ReplicationSink<String> given, UnaryOperator<SinkService.Builder<String>> changed) {
        sink = new SinkDriver(
                directory,
                (event, effects) -> {
                    given.apply(event, effects);
                    applied.add(event.position().sequence());
                },
                changed);
    }

    /** Task 1 fails for good, and task 2 goes on. */
    private void onlyTaskOneIsParked() {
        sink.event(1);
        sink.event(2);
        sink.settle();
        assertThat(applied).containsExactly(2L);
        assertThat(sink.parkedOffsets(1)).containsExactly(1L);
        assertThat(sink.parkedOffsets(2)).isEmpty();
    }

    private static boolean broken(ReplicationEvent<String> event) {
        return event.taskId().sequenceId() == 1;
    }

    private double failures(String callback) {
        return sink.registry
                .get(SinkMeters.CALLBACK_FAILURES)
                .tag("callback", callback)
                .counter()
                .count();
    }

    @ParameterizedTest
    @MethodSource("anything")
    void whatASinkThrowsIsAFailedAttemptOfItsEvent(Throwable thrown) {
        start(
                (event, effects) -> {
                    if (broken(event)) {
                        fail(thrown);
                    }
                },
                builder -> builder);
        onlyTaskOneIsParked();
    }

    @ParameterizedTest
    @MethodSource("anything")
    void whatAnActionThrowsIsAFailedAttemptOfItsEvent(Throwable thrown) {
        start(
                (event, effects) -> effects.run("call", key -> {
                    if (broken(event)) {
                        fail(thrown);
                    }
                }),
                builder -> builder);
        onlyTaskOneIsParked();
    }

    @ParameterizedTest
    @MethodSource("anything")
    void whatAProbeThrowsIsAFailedAttemptOfItsEvent(Throwable thrown) {
        AtomicInteger calls = new AtomicInteger();
        start(
                (event, effects) -> effects.run(
                        "call", OnAmbiguity.probe(key -> broken(event) ? fail(thrown) : Answer.doneIf(true)), key -> {
                            calls.incrementAndGet();
                            if (broken(event)) {
                                throw new UnknownOutcomeException("no answer");
                            }
                        }),
                builder -> builder);
        onlyTaskOneIsParked();
        assertThat(calls).as("each action once").hasValue(2);
    }

    @ParameterizedTest
    @MethodSource("anything")
    void whatThePeerKeyFunctionThrowsIsCountedAndItsEventIsApplied(Throwable thrown) {
        start((event, effects) -> {}, builder -> builder.peerKey(event -> fail(thrown)));
        sink.event(1);
        sink.event(2);
        sink.settle();
        assertThat(applied).containsExactlyInAnyOrder(1L, 2L);
        assertThat(failures("peer_key")).isEqualTo(2);
        assertThat(sink.queue().positions().peers()).containsOnlyKeys("default");
        assertThat(Thread.currentThread().isInterrupted())
                .as("the stream thread")
                .isFalse();
    }

    @Test
    void interruptStatusThatThePeerKeyFunctionSetsIsNotThatOfTheStreamThread() {
        start(
                (event, effects) -> {},
                builder -> builder.peerKey(event -> {
                    Thread.currentThread().interrupt();
                    return "a";
                }));
        sink.event(1);
        assertThat(Thread.interrupted()).isFalse();
        sink.settle();
        assertThat(sink.queue().positions().peers()).containsOnlyKeys("a");
    }

    @ParameterizedTest
    @MethodSource("anything")
    void whatAnObserverThrowsIsCountedAndItGetsTheNextEvent(Throwable thrown) throws Exception {
        start((event, effects) -> {}, builder -> builder);
        Queue<Long> observed = new ConcurrentLinkedQueue<>();
        try (AutoCloseable subscription = sink.sink
                .progress()
                .observers()
                .add(
                        event -> {
                            observed.add(event.event().position().sequence());
                            fail(thrown);
                        },
                        missed -> {})) {
            assertThat(subscription).isNotNull();
            sink.event(1);
            sink.event(2);
            sink.settle();
            Awaitility.await().atMost(SinkTestCluster.PATIENCE).untilAsserted(() -> {
                assertThat(observed).containsExactlyInAnyOrder(1L, 2L);
                assertThat(failures("observer")).isEqualTo(2);
            });
        }
    }

    @Test
    void observerThatInterruptsItsOwnThreadGetsTheNextEvent() throws Exception {
        start((event, effects) -> {}, builder -> builder);
        Queue<Long> observed = new ConcurrentLinkedQueue<>();
        try (AutoCloseable subscription = sink.sink
                .progress()
                .observers()
                .add(
                        event -> {
                            observed.add(event.event().position().sequence());
                            Thread.currentThread().interrupt();
                        },
                        missed -> {})) {
            assertThat(subscription).isNotNull();
            for (int task = 1; task <= 3; task++) {
                sink.event(task);
            }
            sink.settle();
            Awaitility.await().atMost(SinkTestCluster.PATIENCE).untilAsserted(() -> assertThat(observed)
                    .containsExactlyInAnyOrder(1L, 2L, 3L));
        }
    }

    @Test
    void interruptStatusThatASinkLeavesIsNotThatOfItsThreadsNextEvent() {
        AtomicInteger attempts = new AtomicInteger();
        start(
                (event, effects) -> {
                    attempts.incrementAndGet();
                    assertThat(Thread.currentThread().isInterrupted()).isFalse();
                    Thread.currentThread().interrupt();
                },
                builder -> builder.concurrency(1));
        List.of(1, 1, 1, 2).forEach(sink::event);
        sink.settle();
        assertThat(applied).containsExactlyInAnyOrder(1L, 2L, 3L, 4L);
        assertThat(attempts).hasValue(4);
        assertThat(sink.parked()).isEmpty();
    }
}
