package io.taskqueue.sink.effect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.sink.AmbiguousEffectException;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.EffectMisuseException;
import io.taskqueue.sink.EffectMode;
import io.taskqueue.sink.EffectNotRecordedException;
import io.taskqueue.sink.EffectProbe.Answer;
import io.taskqueue.sink.Events;
import io.taskqueue.sink.OnAmbiguity;
import io.taskqueue.sink.OnPermanent;
import io.taskqueue.sink.PermanentEffectException;
import io.taskqueue.sink.RecordedFailureException;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.sink.SinkFailedException;
import io.taskqueue.sink.local.LocalSinkRunner;
import io.taskqueue.sink.store.EffectResult;
import io.taskqueue.sink.store.EffectStore;
import io.taskqueue.sink.store.MemoryEffectStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What happens to an effect that was started and has no result: its process died, or its action did not know the outcome. */
class OnAmbiguityTest {

    private static final ReplicationEvent<String> EVENT = Events.enqueued("orders", 3, 7);
    private static final EffectKey KEY = new EffectKey("billing", 0, "orders", EVENT.position(), "charge");

    private final MemoryEffectStore store = new MemoryEffectStore();
    private final List<String> calls = new ArrayList<>();

    private RecordedEffects effects(EffectRules rules) {
        return new RecordedEffects("billing", 0, EVENT, store, EffectMode.RUN, rules);
    }

    private RecordedEffects effects() {
        return effects(EffectRules.DEFAULT);
    }

    private String charge(EffectKey key) {
        calls.add(key.toString());
        return "receipt";
    }

    /** The state after a process died in the action. */
    private void startedBefore() {
        assertThat(store.intend(KEY)).isTrue();
    }

    @Test
    void intentIsRecordedWhileTheActionRunsIfThePolicyNeedsOne() throws Exception {
        for (OnAmbiguity<String> policy : List.of(
                OnAmbiguity.<String>probe(key -> Answer.notDone()),
                OnAmbiguity.<String>park(),
                OnAmbiguity.assumeDone("assumed"))) {
            MemoryEffectStore fresh = new MemoryEffectStore();
            var effects = new RecordedEffects("billing", 0, EVENT, fresh, EffectMode.RUN, EffectRules.DEFAULT);
            assertThat(effects.capture("charge", String.class, policy, key -> {
                        assertThat(fresh.intend(key))
                                .as("%s: a new intent", policy)
                                .isFalse();
                        return charge(key);
                    }))
                    .isEqualTo("receipt");
            assertThat(effects.counts()).isEqualTo(new RecordedEffects.Counts(1, 0, 0, 0, 0));
            assertThat(fresh.intend(KEY))
                    .as("%s: replaced by the result", policy)
                    .isTrue();
        }
        assertThat(calls).hasSize(3);
    }

    @Test
    void withoutADeclarationNoIntentIsRecordedAndTheActionRunsAgain() throws Exception {
        effects().capture("charge", String.class, key -> {
            assertThat(store.intend(key)).isTrue();
            return charge(key);
        });
        assertThat(calls).containsExactly("billing/0/orders/3/7/charge");
    }

    @Test
    void probeThatFindsTheEffectDoneRecordsItsResultAndDoesNotRunTheAction() throws Exception {
        startedBefore();
        var asked = new ArrayList<EffectKey>();
        var effects = effects();

        assertThat(effects.capture(
                        "charge",
                        String.class,
                        OnAmbiguity.probe(key -> {
                            asked.add(key);
                            return Answer.done("found");
                        }),
                        this::charge))
                .isEqualTo("found");

        assertThat(asked).containsExactly(KEY);
        assertThat(calls).isEmpty();
        assertThat(effects.counts()).isEqualTo(new RecordedEffects.Counts(1, 0, 0, 0, 1));
        assertThat(store.find(KEY)).contains(new EffectResult.Done("string", "\"found\""));
    }

    @Test
    void probeThatFindsTheEffectNotDoneRunsTheAction() throws Exception {
        startedBefore();

        assertThat(effects().capture("charge", String.class, OnAmbiguity.probe(key -> Answer.notDone()), this::charge))
                .isEqualTo("receipt");

        assertThat(calls).hasSize(1);
    }

    @Test
    void probeIsAskedBeforeTheNextAttemptAfterAFailure() throws Exception {
        OnAmbiguity<Void> probe = OnAmbiguity.probe(key -> Answer.doneIf(!calls.isEmpty()));
        assertThatThrownBy(() -> effects().run("charge", probe, key -> {
                    charge(key);
                    throw new IOException("connection reset after the request");
                }))
                .isInstanceOf(IOException.class);

        effects().run("charge", probe, this::charge);

        assertThat(calls).hasSize(1);
    }

    @Test
    void failingProbeIsATransientFailure() {
        startedBefore();
        assertThatThrownBy(() -> effects()
                        .run(
                                "charge",
                                OnAmbiguity.probe(key -> {
                                    throw new IOException("no answer");
                                }),
                                this::charge))
                .isInstanceOf(IOException.class);
        assertThat(store.intend(KEY)).as("a new intent").isFalse();
        assertThat(calls).isEmpty();
    }

    @Test
    void parkNeedsADecisionEvenIfTheSinkCatchesTheException() {
        startedBefore();
        ReplicationSink<String> catching = (event, effects) -> {
            try {
                effects.capture("charge", String.class, OnAmbiguity.park(), this::charge);
            } catch (AmbiguousEffectException e) {
                calls.add("caught");
            }
        };

        ApplyOutcome outcome = ApplyOutcome.of(catching, EVENT, effects());

        assertThat(outcome).isInstanceOfSatisfying(ApplyOutcome.Parked.class, parked -> assertThat(parked.cause())
                .hasMessage("Effect billing/0/orders/3/7/charge was started and has no recorded result, "
                        + "so it may have been done. Check the target: if it was not done, "
                        + "redrive the event, which runs the effect; if it was done, discard "
                        + "the event."));
        assertThat(calls).containsExactly("caught");
        assertThat(store.find(KEY)).isEmpty();
    }

    @Test
    void assumedDoneIsRecordedAndNotRun() throws Exception {
        startedBefore();
        assertThat(effects().capture("charge", String.class, OnAmbiguity.assumeDone("assumed"), this::charge))
                .isEqualTo("assumed");
        assertThat(calls).isEmpty();
        assertThat(store.find(KEY)).contains(new EffectResult.Done("string", "\"assumed\""));
    }

    @Test
    void probeIsAskedAfterAnErrorToo() throws Exception {
        OnAmbiguity<Void> probe = OnAmbiguity.probe(key -> Answer.doneIf(!calls.isEmpty()));
        assertThatThrownBy(() -> effects().run("charge", probe, key -> {
                    charge(key);
                    throw new StackOverflowError("after the request");
                }))
                .isInstanceOf(StackOverflowError.class);

        effects().run("charge", probe, this::charge);

        assertThat(calls).hasSize(1);
    }

    @Test
    void replayReportsAnEffectThatWasOnlyStartedAsMissing() {
        startedBefore();
        var replay = new RecordedEffects("billing", 0, EVENT, store, EffectMode.RECORDED_ONLY, EffectRules.DEFAULT);
        assertThatThrownBy(() -> replay.capture("charge", String.class, OnAmbiguity.assumeDone("x"), this::charge))
                .isInstanceOf(EffectNotRecordedException.class);
        assertThat(replay.counts()).isEqualTo(new RecordedEffects.Counts(0, 0, 0, 1, 0));
    }

    @Test
    void exceptionThatThePolicyNamesIsPermanent() {
        Predicate<Throwable> named = IllegalArgumentException.class::isInstance;
        assertThatThrownBy(() -> effects(new EffectRules(named, OnPermanent.RECORD))
                        .run("charge", key -> {
                            throw new IllegalArgumentException("no such account");
                        }))
                .isInstanceOf(RecordedFailureException.class);
        assertThat(store.find(KEY)).get().isInstanceOf(EffectResult.Failed.class);
    }

    @Test
    void permanentFailureThatParksIsNotRecordedSoThatARedriveRunsIt() {
        var rules = new EffectRules(thrown -> false, OnPermanent.PARK);
        var refused = new PermanentEffectException("no such account");
        ReplicationSink<String> sink = (event, effects) -> effects.run("charge", OnAmbiguity.park(), key -> {
            throw refused;
        });

        assertThat(ApplyOutcome.of(sink, EVENT, effects(rules))).isEqualTo(new ApplyOutcome.Parked(refused));

        assertThat(store.find(KEY)).isEqualTo(Optional.empty());
        assertThat(store.intend(KEY)).as("no intent is left").isTrue();
    }

    @Test
    void localRunnerStopsIfAnOperatorMustDecide() {
        startedBefore();
        LocalSinkRunner<String> runner = LocalSinkRunner.<String>builder(
                        "billing", (event, effects) -> effects.run("charge", OnAmbiguity.park(), this::charge))
                .effects(store)
                .build();
        assertThatThrownBy(() -> runner.run(List.of(EVENT)))
                .isInstanceOf(SinkFailedException.class)
                .hasMessageStartingWith("Sink billing stopped at ")
                .hasMessageContaining(
                        "which needs a decision by an operator: Effect billing/0/orders/3/7/charge was started");
        assertThat(calls).isEmpty();
    }

    private static final OnAmbiguity<String> REFUSED = OnAmbiguity.probe(key -> {
        throw new PermanentEffectException("403: the token has expired");
    });

    @ParameterizedTest
    @EnumSource(OnPermanent.class)
    void probeThatFailsPermanentlyLeavesTheEffectInDoubt(OnPermanent onPermanent) throws Exception {
        EffectRules rules = new EffectRules(thrown -> true, onPermanent);
        startedBefore();

        assertThat(ApplyOutcome.of(
                        (event, effects) -> effects.capture("charge", String.class, REFUSED, this::charge),
                        EVENT,
                        effects(rules)))
                .isInstanceOf(ApplyOutcome.Transient.class);

        assertThat(store.find(KEY)).as("it may have been done").isEmpty();
        assertThat(effects(rules)
                        .capture("charge", String.class, OnAmbiguity.probe(key -> Answer.done("found")), this::charge))
                .as("asked again")
                .isEqualTo("found");
        assertThat(calls).isEmpty();
    }

    @Test
    void targetHasAnsweredIfAnActionEndedOrAProbeReturned() throws Exception {
        startedBefore();
        var found = effects();
        found.capture("charge", String.class, OnAmbiguity.probe(key -> Answer.done("found")), this::charge);
        assertThat(found.targetAnswered()).as("a probe").isTrue();

        var recorded = effects();
        recorded.capture("charge", String.class, this::charge);
        assertThat(recorded.targetAnswered()).as("the record").isFalse();

        var failing = effects();
        assertThatThrownBy(() -> failing.run("mail", key -> {
                    throw new IOException("no answer");
                }))
                .isInstanceOf(IOException.class);
        assertThat(failing.targetAnswered()).as("a transient failure").isFalse();

        var refused = effects();
        assertThatThrownBy(() -> refused.run("mail", key -> {
                    throw new PermanentEffectException("no such mailbox");
                }))
                .isInstanceOf(RecordedFailureException.class);
        assertThat(refused.targetAnswered()).as("a refusal").isTrue();

        var run = effects();
        run.run("print", key -> {});
        assertThat(run.targetAnswered()).as("a result").isTrue();
    }

    @Test
    void actionDoesNotStartIfItsAttemptEndedDuringTheWaitForItsIntent() {
        var ended = new RecordedEffects[1];
        EffectStore slow = new EffectStore() {
            @Override
            public Optional<EffectResult> find(EffectKey key) {
                return store.find(key);
            }

            @Override
            public EffectResult record(EffectKey key, EffectResult result) {
                return store.record(key, result);
            }

            @Override
            public boolean intend(EffectKey key) {
                ended[0].close();
                return store.intend(key);
            }

            @Override
            public void withdraw(EffectKey key) {
                store.withdraw(key);
            }
        };
        ended[0] = new RecordedEffects("billing", 0, EVENT, slow, EffectMode.RUN, EffectRules.DEFAULT);

        assertThatThrownBy(() -> ended[0].capture("charge", String.class, OnAmbiguity.park(), this::charge))
                .isInstanceOf(EffectMisuseException.class)
                .hasMessageContaining("came too late: the attempt to apply the event has ended");

        assertThat(calls).isEmpty();
        assertThat(store.intend(KEY)).as("no intent is left").isTrue();
    }
}
