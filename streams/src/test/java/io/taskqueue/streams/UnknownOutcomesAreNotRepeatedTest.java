package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.metrics.SinkMeters;
import io.taskqueue.sink.BreakerPolicy;
import io.taskqueue.sink.EffectProbe.Answer;
import io.taskqueue.sink.NotDoneException;
import io.taskqueue.sink.OnAmbiguity;
import io.taskqueue.streams.parking.ParkedCommand.Action;
import io.taskqueue.streams.parking.ParkedState;
import io.taskqueue.streams.parking.ParkedState.EffectState;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An action that acts and then throws, in the service: under PROBE, PARK and ASSUME_DONE it is never called a second time. */
class UnknownOutcomesAreNotRepeatedTest {

    @TempDir
    Path directory;

    private final Queue<String> calls = new ConcurrentLinkedQueue<>();
    private final AtomicInteger probed = new AtomicInteger();
    private final AtomicBoolean broken = new AtomicBoolean(true);
    private SinkDriver sink;

    @AfterEach
    void close() {
        sink.close();
    }

    private double ambiguous() {
        return sink.registry.get(SinkMeters.AMBIGUOUS).counter().count();
    }

    @Test
    void timeOutsLeadToOneCallUnderEachPolicy() {
        List<OnAmbiguity<Void>> policies =
                List.of(OnAmbiguity.park(), OnAmbiguity.assumeDone(), OnAmbiguity.probe(key -> {
                    probed.incrementAndGet();
                    return Answer.doneIf(calls.contains(key.toString()));
                }));
        sink = new SinkDriver(
                directory,
                (event, effects) ->
                        effects.run("call", policies.get((int) event.taskId().sequenceId() % 3), key -> {
                            calls.add(key.toString());
                            throw new SocketTimeoutException("Read timed out");
                        }));
        for (int task = 1; task <= 30; task++) {
            sink.event(task);
        }
        sink.settle();

        assertThat(calls).hasSize(30).doesNotHaveDuplicates();
        assertThat(probed).hasValue(10);
        assertThat(sink.parked()).hasSize(10).allSatisfy(entry -> {
            ParkedState.Failed failed = (ParkedState.Failed) entry.state();
            assertThat(failed.effects()).isEqualTo(Map.of("call", EffectState.UNDECIDED));
            assertThat(failed.attempts()).isEqualTo(1);
            assertThat(failed.error().message())
                    .contains(
                            "may have been done: its action ended with SocketTimeoutException: Read timed out. Check the "
                                    + "target: if it was not done, redrive the event");
        });
        assertThat(ambiguous()).isEqualTo(30);
    }

    @Test
    void proofThatNothingWasDoneIsRetriedAndLeavesNoDoubt() {
        sink = new SinkDriver(
                directory,
                (event, effects) -> effects.run("call", OnAmbiguity.park(), key -> {
                    calls.add(key.toString());
                    if (calls.size() == 1) {
                        throw event.taskId().sequenceId() == 1
                                ? new ConnectException("Connection refused")
                                : new NotDoneException("closed");
                    }
                }));
        sink.event(1);
        sink.settle();
        assertThat(calls).containsExactly(SinkDriver.key(1, "call"), SinkDriver.key(1, "call"));
        calls.clear();
        sink.event(2);
        sink.settle();
        assertThat(calls).containsExactly(SinkDriver.key(2, "call"), SinkDriver.key(2, "call"));
        assertThat(sink.parked()).isEmpty();
        assertThat(ambiguous()).isZero();
    }

    @Test
    void targetThatDoesNotAnswerIsWaitedForInsteadOfParkingEveryEvent() {
        sink = new SinkDriver(
                directory,
                (event, effects) -> effects.run("call", OnAmbiguity.park(), key -> {
                    calls.add(key.toString());
                    if (broken.get()) {
                        throw new SocketTimeoutException("Read timed out");
                    }
                }),
                builder -> builder.concurrency(1)
                        .breaker(new BreakerPolicy(3, 3, Duration.ofHours(1), Duration.ofHours(1))));
        for (int task = 1; task <= 10; task++) {
            sink.event(task);
        }
        sink.until(() -> assertThat(sink.sink.breaker().waiting()).isPresent());
        sink.until(() -> assertThat(sink.parked()).hasSize(3));
        assertThat(calls).hasSize(3);
        assertThat(sink.registry.get(SinkMeters.INFLIGHT).gauge().value()).isEqualTo(7);
    }

    @Test
    void anyNumberOfEffectsInDoubtIsParkedInABoundedEntryAndRedriven() {
        int effectsOfTheEvent = 1_500;
        sink = new SinkDriver(directory, (event, effects) -> {
            List<Exception> unknown = new ArrayList<>();
            for (int effect = 0; effect < effectsOfTheEvent && unknown.size() < effectsOfTheEvent; effect++) {
                try {
                    effects.run("é".repeat(100) + effect, OnAmbiguity.park(), key -> {
                        calls.add(key.toString());
                        if (broken.get()) {
                            throw new SocketTimeoutException("Read timed out");
                        }
                    });
                } catch (SocketTimeoutException e) {
                    unknown.add(e);
                }
            }
        });
        sink.event(1);
        sink.settle();
        ParkedState.Failed failed = (ParkedState.Failed) sink.parked(1).get(0).state();
        assertThat(failed.effects()).hasSize(32).doesNotContainValue(EffectState.BEGUN);
        assertThat(calls).hasSize(effectsOfTheEvent);

        broken.set(false);
        sink.command(sink.seen(Action.REDRIVE, 1));
        sink.settle();

        assertThat(sink.parked()).isEmpty();
        assertThat(calls).hasSize(2 * effectsOfTheEvent);
    }

    @Test
    void stateThatIsTooLargeForItsChangelogStopsTheSinkWithTheSizeAndTheSetting() {
        sink = new SinkDriver(
                directory,
                (event, effects) -> {
                    throw new IllegalStateException("x".repeat(8_000));
                },
                builder -> builder.kafka(
                        Map.of("bootstrap.servers", SinkDriver.SERVER, "producer.max.request.size", "3000")));
        sink.event(1);
        assertThatThrownBy(sink::settle)
                .hasStackTraceContaining("Sink driven stopped: a parked event in its store state has ")
                .hasStackTraceContaining(
                        " bytes, and at most 2872 are possible because of the sink's property "
                                + "producer.max.request.size. What was committed before is kept. Raise it and start the sink again.");
    }
}
