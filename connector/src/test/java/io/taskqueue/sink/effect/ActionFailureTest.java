package io.taskqueue.sink.effect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.sink.AmbiguousEffectException;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.EffectMisuseException;
import io.taskqueue.sink.EffectMode;
import io.taskqueue.sink.EffectProbe.Answer;
import io.taskqueue.sink.Events;
import io.taskqueue.sink.NotDoneException;
import io.taskqueue.sink.OnAmbiguity;
import io.taskqueue.sink.PermanentEffectException;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.sink.RetryLaterException;
import io.taskqueue.sink.RetryPolicy;
import io.taskqueue.sink.SinkFailedException;
import io.taskqueue.sink.UnknownOutcomeException;
import io.taskqueue.sink.local.LocalSinkRunner;
import io.taskqueue.sink.store.EffectResult;
import io.taskqueue.sink.store.MemoryEffectStore;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What an exception of an action means for an effect that must not be done twice: it may have been done, unless that is disproved. */
class ActionFailureTest {

    private static final ReplicationEvent<String> EVENT = Events.enqueued("orders", 3, 7);
    private static final EffectKey KEY = new EffectKey("billing", 0, "orders", EVENT.position(), "charge");
    private static final String DECIDE =
            " Check the target: if it was not done, redrive the event, which runs the effect; if it was done, discard the event.";

    private final MemoryEffectStore store = new MemoryEffectStore();
    private final List<Throwable> calls = new ArrayList<>();
    private int probed;

    private RecordedEffects effects() {
        return new RecordedEffects("billing", 0, EVENT, store, EffectMode.RUN, EffectRules.DEFAULT);
    }

    /** Acts, and then fails; a checked exception or an error of any class. */
    private void actAndThrow(Throwable failure) {
        calls.add(failure);
        ActionFailureTest.<RuntimeException>sneak(failure);
    }

    @SuppressWarnings("unchecked")
    private static <X extends Throwable> void sneak(Throwable thrown) throws X {
        throw (X) thrown;
    }

    private ApplyOutcome attempt(OnAmbiguity<Void> policy, Throwable failure) {
        return ApplyOutcome.of(
                (event, effects) -> effects.run("charge", policy, key -> actAndThrow(failure)), EVENT, effects());
    }

    private OnAmbiguity<Void> probe() {
        return OnAmbiguity.probe(key -> {
            probed++;
            return Answer.doneIf(!calls.isEmpty());
        });
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
            throw new IllegalStateException("no cause");
        }

        @Override
        public String toString() {
            throw new IllegalStateException("no text");
        }
    }

    private static Throwable circular() {
        Exception first = new Exception("first");
        first.initCause(new Exception("second", first));
        return first;
    }

    static Stream<Throwable> provingNothing() {
        return Stream.of(
                new SocketTimeoutException("Read timed out"),
                new SocketTimeoutException("Connect timed out"), // not distinguished by its text
                new HttpTimeoutException("request timed out"),
                new SocketException("Connection reset"),
                new PortUnreachableException("sent before"),
                new IOException("HTTP/1.1 header parser received no bytes", new EOFException()),
                new SSLHandshakeException("certificate unknown"),
                new SQLException("I/O error", "08006"),
                new ExecutionException(new SocketTimeoutException("Read timed out")),
                new CompletionException(new TimeoutException()),
                new UnknownOutcomeException("the shop answered 202"),
                new UnknownOutcomeException("after a repetition by the client", new ConnectException("refused")),
                new UnknownOutcomeException("and come later", new RetryLaterException("429", Duration.ofSeconds(1))),
                new IOException(new UnknownOutcomeException("inner", new NotDoneException("innermost"))),
                new RejectedExecutionException("an executor within the action"),
                new NullPointerException(),
                new IllegalStateException("after the call"),
                new Unreadable(),
                circular(),
                new Throwable("neither an exception nor an error"),
                new NoClassDefFoundError("com/example/Response"),
                new ExceptionInInitializerError(new IllegalStateException()),
                new StackOverflowError(),
                new OutOfMemoryError("Java heap space"),
                new AssertionError());
    }

    @ParameterizedTest
    @MethodSource("provingNothing")
    void effectDeclaredParkIsParkedAtOnceAndItsActionNeverRunsAgain(Throwable failure) {
        ApplyOutcome first = attempt(OnAmbiguity.park(), failure);
        assertThat(first).isInstanceOfSatisfying(ApplyOutcome.Parked.class, parked -> assertThat(parked.cause())
                .isInstanceOf(AmbiguousEffectException.class)
                .hasCause(failure));

        assertThat(attempt(OnAmbiguity.park(), failure)).isInstanceOf(ApplyOutcome.Parked.class);
        assertThat(calls).hasSize(1);
        assertThat(store.find(KEY)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("provingNothing")
    void effectDeclaredAssumeDoneIsRecordedAsDoneAndItsActionNeverRunsAgain(Throwable failure) {
        assertThat(attempt(OnAmbiguity.assumeDone(), failure)).isEqualTo(new ApplyOutcome.Transient(failure));

        assertThat(store.find(KEY)).contains(new EffectResult.Done("void", "null"));
        assertThat(attempt(OnAmbiguity.assumeDone(), failure)).isInstanceOf(ApplyOutcome.Applied.class);
        assertThat(calls).hasSize(1);
    }

    @ParameterizedTest
    @MethodSource("provingNothing")
    void effectDeclaredProbeIsProbedBeforeItsActionMayRunAgain(Throwable failure) {
        assertThat(attempt(probe(), failure)).isEqualTo(new ApplyOutcome.Transient(failure));

        assertThat(attempt(probe(), failure)).isInstanceOf(ApplyOutcome.Applied.class);
        assertThat(probed).isEqualTo(1);
        assertThat(calls).hasSize(1);
    }

    static Stream<Throwable> provingThatNothingWasDone() {
        return Stream.of(
                new ConnectException("Connection refused"),
                new NoRouteToHostException("No route to host"),
                new BindException("Cannot assign requested address"),
                new UnknownHostException("shop.invalid"),
                new HttpConnectTimeoutException("HTTP connect timed out"),
                new UnresolvedAddressException(),
                new UnsupportedAddressTypeException(),
                new NotDoneException("the shop is closed"),
                new NotDoneException("before the call", new SocketTimeoutException("the cache")),
                new RetryLaterException("429", Duration.ofMillis(1)),
                new IOException("POST failed", new ConnectException("Connection refused")),
                new UncheckedIOException(new UnknownHostException("shop.invalid")),
                new CompletionException(new ExecutionException(new NotDoneException("closed"))),
                new ExceptionInInitializerError(new ConnectException("Connection refused")));
    }

    @ParameterizedTest
    @MethodSource("provingThatNothingWasDone")
    void exceptionThatProvesThatNothingWasDoneIsRetriedUnderEveryPolicy(Throwable failure) {
        for (OnAmbiguity<Void> policy : List.of(probe(), OnAmbiguity.<Void>park(), OnAmbiguity.assumeDone())) {
            calls.clear();
            assertThat(attempt(policy, failure)).isEqualTo(new ApplyOutcome.Transient(failure));
            assertThat(attempt(policy, failure)).isEqualTo(new ApplyOutcome.Transient(failure));
            assertThat(calls).as("%s", policy).hasSize(2);
            assertThat(probed).isZero();
            assertThat(store.intend(KEY)).as("no intent is left").isTrue();
            store.withdraw(KEY);
        }
    }

    @Test
    void outermostStatementDecides() {
        assertThat(FailureMeaning.of(new NotDoneException("stopped before the call", new InterruptedException())))
                .isEqualTo(FailureMeaning.NOT_DONE);
        assertThat(FailureMeaning.of(new UnknownOutcomeException("stopped in the call", new NotDoneException("inner"))))
                .isEqualTo(FailureMeaning.UNKNOWN);
        assertThat(FailureMeaning.of(new IOException(new InterruptedException())))
                .isEqualTo(FailureMeaning.INTERRUPTED);
    }

    @Test
    void permanentRefusalIsRecordedUnderEveryPolicyAndNothingIsInDoubt() {
        for (OnAmbiguity<Void> policy : List.of(probe(), OnAmbiguity.<Void>park(), OnAmbiguity.assumeDone())) {
            var fresh = new MemoryEffectStore();
            var effects = new RecordedEffects("billing", 0, EVENT, fresh, EffectMode.RUN, EffectRules.DEFAULT);
            ReplicationSink<String> sink = (event, its) ->
                    its.run("charge", policy, key -> actAndThrow(new PermanentEffectException("no such account")));
            assertThat(ApplyOutcome.of(sink, EVENT, effects)).isInstanceOf(ApplyOutcome.Applied.class);
            assertThat(effects.counts()).isEqualTo(new RecordedEffects.Counts(0, 0, 1, 0, 0));
            assertThat(fresh.find(KEY)).get().isInstanceOf(EffectResult.Failed.class);
        }
    }

    @Test
    void interruptionLeavesTheEffectInDoubtForTheNextAttempt() {
        for (Throwable stopped : List.of(
                new InterruptedException("stopped"),
                new ExecutionException(new InterruptedException("stopped")),
                new ClosedByInterruptException())) {
            calls.clear();
            var fresh = new MemoryEffectStore();
            ReplicationSink<String> sink = (event, its) -> its.run("charge", OnAmbiguity.park(), key -> {
                if (stopped instanceof ClosedByInterruptException) {
                    Thread.currentThread().interrupt();
                }
                actAndThrow(stopped);
            });
            assertThat(ApplyOutcome.of(
                            sink,
                            EVENT,
                            new RecordedEffects("billing", 0, EVENT, fresh, EffectMode.RUN, EffectRules.DEFAULT)))
                    .isEqualTo(new ApplyOutcome.Interrupted());
            assertThat(Thread.interrupted()).isEqualTo(stopped instanceof ClosedByInterruptException);
            assertThat(ApplyOutcome.of(
                            sink,
                            EVENT,
                            new RecordedEffects("billing", 0, EVENT, fresh, EffectMode.RUN, EffectRules.DEFAULT)))
                    .isInstanceOfSatisfying(ApplyOutcome.Parked.class, parked -> assertThat(parked.cause())
                            .hasMessage(
                                    "Effect billing/0/orders/3/7/charge was started and has no recorded result, so it may "
                                            + "have been done." + DECIDE));
            assertThat(calls).hasSize(1);
        }
    }

    @Test
    void parkedEffectNamesTheExceptionOfItsAction() {
        assertThat(attempt(OnAmbiguity.park(), new SocketTimeoutException("Read timed out")))
                .isInstanceOfSatisfying(ApplyOutcome.Parked.class, parked -> assertThat(parked.cause())
                        .hasMessage("Effect billing/0/orders/3/7/charge may have been done: its action ended with "
                                + "SocketTimeoutException: Read timed out." + DECIDE));
    }

    @Test
    void effectInDoubtIsHandledEvenIfTheSinkCatchesTheException() {
        ReplicationSink<String> catching = (event, effects) -> {
            for (String name : List.of("parked", "assumed")) {
                OnAmbiguity<Void> policy = name.equals("parked") ? OnAmbiguity.park() : OnAmbiguity.assumeDone();
                try {
                    effects.run(name, policy, key -> {
                        throw new SocketTimeoutException(name);
                    });
                } catch (SocketTimeoutException unchanged) {
                    calls.add(unchanged);
                }
            }
        };
        assertThat(ApplyOutcome.of(catching, EVENT, effects())).isInstanceOf(ApplyOutcome.Parked.class);
        assertThat(calls).extracting(Throwable::getMessage).containsExactly("parked", "assumed");
        assertThat(store.size()).as("the assumed one").isEqualTo(1);
    }

    @Test
    void doubtIsCountedOnceAndTheFailureOfTheTargetIsKnownToTheRunner() {
        var first = effects();
        var timeout = new SocketTimeoutException("Read timed out");
        ReplicationSink<String> sink =
                (event, effects) -> effects.run("charge", OnAmbiguity.assumeDone(), key -> actAndThrow(timeout));
        ApplyOutcome outcome = ApplyOutcome.of(sink, EVENT, first);
        assertThat(outcome).isEqualTo(new ApplyOutcome.Transient(timeout));
        assertThat(first.counts()).isEqualTo(new RecordedEffects.Counts(1, 0, 0, 0, 1));
        assertThat(first.targetFailure()).contains(timeout);
        assertThat(first.targetAnswered()).isFalse();

        var second = effects();
        assertThat(ApplyOutcome.of(sink, EVENT, second)).isInstanceOf(ApplyOutcome.Applied.class);
        assertThat(second.counts()).isEqualTo(new RecordedEffects.Counts(0, 1, 0, 0, 0));
    }

    @Test
    void localRunnerStopsAtAnUnknownOutcomeWithoutASecondCallInAnyRun() {
        LocalSinkRunner<String> runner = LocalSinkRunner.<String>builder(
                        "billing",
                        (event, effects) -> effects.run(
                                "charge",
                                OnAmbiguity.park(),
                                key -> actAndThrow(new HttpTimeoutException("request timed out"))))
                .retry(new RetryPolicy(5, Duration.ZERO, Duration.ZERO, 0))
                .effects(store)
                .build();
        assertThatThrownBy(() -> runner.run(List.of(EVENT)))
                .isInstanceOf(SinkFailedException.class)
                .hasMessage("Sink billing stopped at " + EVENT + ", which needs a decision by an operator: Effect "
                        + "billing/0/orders/3/7/charge may have been done: its action ended with HttpTimeoutException: "
                        + "request timed out." + DECIDE + " The checkpoint stays before this event. To run the effect, "
                        + "remove its intent from the effect store; to count it as done, record its result there. Then "
                        + "start the sink again.");
        assertThatThrownBy(() -> runner.run(List.of(EVENT))).isInstanceOf(SinkFailedException.class);
        assertThat(calls).hasSize(1);
    }

    @Test
    void probeThatReturnsNullDoesNotRunTheAction() {
        assertThat(store.intend(KEY)).isTrue();
        assertThatThrownBy(() -> effects()
                        .run("charge", OnAmbiguity.probe(key -> nothing()), key -> actAndThrow(new IOException())))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "The probe of effect billing/0/orders/3/7/charge returned null, so the effect is still in doubt "
                                + "and does not run. Return Answer.done() or Answer.notDone(), or throw an exception if the target "
                                + "does not tell.");
        assertThat(calls).isEmpty();
    }

    @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
    private static <X> X nothing() {
        return null;
    }

    @Test
    void misuseThrownByAnActionStopsTheSinkEvenIfTheSinkCatchesIt() {
        var misuse = new EffectMisuseException("the action's own");
        ReplicationSink<String> catching = (event, effects) -> {
            try {
                effects.run("charge", key -> {
                    throw misuse;
                });
            } catch (EffectMisuseException swallowed) {
                calls.add(swallowed);
            }
        };
        assertThat(ApplyOutcome.of(catching, EVENT, effects())).isEqualTo(new ApplyOutcome.Stopped(misuse));
    }

    @Test
    void exceptionsOfTheJdkMeanWhatTheyAreTakenFor() throws Exception {
        int closed;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closed = free.getLocalPort();
        }
        assertThat(meaningOf(() -> post("http://127.0.0.1:" + closed))).isEqualTo(FailureMeaning.NOT_DONE);
        assertThat(meaningOf(() -> post("http://no-such-host.invalid"))).isEqualTo(FailureMeaning.NOT_DONE);
        assertThat(meaningOf(() -> new Socket(InetAddress.getLoopbackAddress(), closed)))
                .isEqualTo(FailureMeaning.NOT_DONE);
        assertThat(meaningOf(() -> SocketChannel.open(InetSocketAddress.createUnresolved("no-such-host.invalid", 80))))
                .isEqualTo(FailureMeaning.NOT_DONE);
        try (ServerSocket silent = new ServerSocket(0, 9, InetAddress.getLoopbackAddress())) {
            String url = "http://127.0.0.1:" + silent.getLocalPort();
            assertThat(meaningOf(() -> post(url))).as("sent, no answer").isEqualTo(FailureMeaning.UNKNOWN);
            Thread resetting = new Thread(() -> {
                try (Socket first = silent.accept();
                        Socket second = silent.accept()) {
                    first.setSoLinger(true, 0);
                    second.setSoLinger(true, 0);
                    second.getInputStream().read();
                } catch (IOException ended) {
                    Thread.currentThread().interrupt();
                }
            });
            resetting.start();
            assertThat(meaningOf(() -> post(url))).as("reset after the request").isEqualTo(FailureMeaning.UNKNOWN);
            resetting.join();
        }
    }

    private interface Call {
        Object make() throws Exception;
    }

    private static FailureMeaning meaningOf(Call call) {
        try {
            Object result = call.make();
            throw new AssertionError("expected an exception, got " + result);
        } catch (Exception failure) {
            return FailureMeaning.of(failure);
        }
    }

    private static Object post(String url) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(url))
                                .timeout(Duration.ofMillis(500))
                                .POST(HttpRequest.BodyPublishers.ofString("x"))
                                .build(),
                        HttpResponse.BodyHandlers.discarding());
    }
}
