package io.taskqueue.sink.effect;

import io.taskqueue.event.TaskError;
import io.taskqueue.sink.AmbiguousEffectException;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.EffectMisuseException;
import io.taskqueue.sink.EffectMode;
import io.taskqueue.sink.EffectNotRecordedException;
import io.taskqueue.sink.EffectProbe;
import io.taskqueue.sink.Effects.EffectAction;
import io.taskqueue.sink.OnAmbiguity;
import io.taskqueue.sink.OnPermanent;
import io.taskqueue.sink.RecordedFailureException;
import io.taskqueue.sink.effect.AttemptReport.Result;
import io.taskqueue.sink.store.EffectResult;
import io.taskqueue.sink.store.EffectStore;
import io.taskqueue.sink.store.ResultTooLargeException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lifecycle of an effect, from the lookup of its result to the record of it.
 *
 * <pre>
 *   find --a result--------------------------------------------------------------> RECORDED: it is returned
 *     |
 *     +--none, in a replay-------------------------------------------------------> MISSING: not run
 *     |
 *     +--none--> INTENDED --new intent, or none needed--> RUNNING --returned-----> RECORDED
 *                   |                         |            ^  |  +--too large----> PARKED, recorded as done without a result
 *                   |                         |            |  +--permanent-------> RECORDED, or PARKED without intent
 *                   |                         |            |  +--not done--------> thrown; the intent is withdrawn
 *                   |                         |            |  +--interrupted-----> thrown; the intent stays
 *                   |                         |            |  +--anything else---> thrown; IN DOUBT
 *                   +--an earlier intent--> IN DOUBT       |
 *                                              |           |
 *                                              +--the probe: not done (asked at the next attempt)
 *                                              +--the probe: done, or assumed done-> RECORDED
 *                                              +--park---------------------------> PARKED, the intent stays
 * </pre>
 *
 * <p>{@link FailureMeaning} decides what an exception means.
 *
 * <p>One executor serves one attempt to apply an event. Each effect runs on the thread that requests it; thread-safe.
 */
final class EffectExecutor {

    /** An effect as the sink declares it. */
    record Effect<R>(EffectKey key, ResultCodec<R> codec, OnAmbiguity<R> onAmbiguity) {

        String name() {
            return key.effect();
        }

        boolean needsIntent() {
            return onAmbiguity.needsIntent();
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(EffectExecutor.class);

    private final EffectStore store;
    private final EffectMode mode;
    private final EffectRules rules;
    private final EffectScope scope;
    private final AttemptReport report;
    private final UserCalls calls;

    EffectExecutor(
            EffectStore store, AttemptSettings settings, EffectScope scope, AttemptReport report, UserCalls calls) {
        this.store = store;
        this.mode = settings.mode();
        this.rules = settings.rules();
        this.calls = calls;
        this.scope = scope;
        this.report = report;
    }

    /** Returns the recorded result of the effect, or runs its action and records the result. */
    <R> @Nullable R execute(Effect<R> effect, EffectAction<R> action) throws Exception {
        Optional<EffectResult> recorded = find(effect);
        if (recorded.isPresent()) {
            report.count(Result.REUSED);
            return valueOf(effect, recorded.get());
        }
        if (mode == EffectMode.RECORDED_ONLY) {
            report.count(Result.MISSING);
            throw new EffectNotRecordedException(effect.key());
        }
        requireRecordable(effect);
        if (!scope.start(effect.name())) {
            throw report.late(effect.name());
        }
        try {
            return intendAndRun(effect, action);
        } finally {
            scope.end(effect.name());
        }
    }

    private Optional<EffectResult> find(Effect<?> effect) {
        try {
            return store.find(effect.key());
        } catch (ResultTooLargeException lost) {
            if (mode == EffectMode.RECORDED_ONLY) {
                return Optional.empty(); // missing, and not to be decided in a replay
            }
            throw report.parked(lost);
        }
    }

    /** Refuses an effect whose result could not be recorded, before anything is done for it. */
    private void requireRecordable(Effect<?> effect) {
        try {
            effect.codec().requireUsable();
            if (effect.onAmbiguity() instanceof OnAmbiguity.AssumeDone<?> assumed) {
                Object unused = effect.codec().read(effect.codec().write(assumed.result()));
            }
        } catch (ResultJson.ConversionException unusable) {
            throw report.misused(new EffectMisuseException(
                    "Results of effect " + effect.key() + " cannot be recorded as "
                            + effect.codec().typeName() + ": "
                            + unusable.getMessage()
                            + ". Its action has not run. Use a record of plain values, a list or a map "
                            + "as the type, or use run() if the result is not needed.",
                    unusable));
        }
    }

    private <R> @Nullable R intendAndRun(Effect<R> effect, EffectAction<R> action) throws Exception {
        boolean inDoubt = effect.needsIntent() && !store.intend(effect.key(), effect.onAmbiguity());
        if (inDoubt) {
            // outside of the try block of run(): a failing probe does not say anything about the action
            Optional<EffectProbe.Answer.Done<R>> done = resolve(effect);
            if (done.isPresent()) {
                return record(effect, done.get().result());
            }
        }
        if (!scope.isOpen()) { // the attempt ended during the wait for the intent or the probe
            if (!inDoubt) {
                withdraw(effect);
            }
            throw report.late(effect.name());
        }
        return run(effect, action);
    }

    /** Resolves the doubt as declared; empty if the action is to run. */
    private <R> Optional<EffectProbe.Answer.Done<R>> resolve(Effect<R> effect) throws Exception {
        report.count(Result.AMBIGUOUS);
        if (effect.onAmbiguity() instanceof OnAmbiguity.Probe<R> probe) {
            EffectProbe.Answer<R> answer = calls.ask(effect.key(), probe.probe());
            if (answer == null) {
                throw new IllegalStateException("The probe of effect " + effect.key()
                        + " returned null, so the effect is still in doubt and does not run. Return Answer.done() or "
                        + "Answer.notDone(), or throw an exception if the target does not tell.");
            }
            report.targetAnswered();
            return answer instanceof EffectProbe.Answer.Done<R> done ? Optional.of(done) : Optional.empty();
        }
        if (effect.onAmbiguity() instanceof OnAmbiguity.AssumeDone<R> assumed) {
            LOG.warn(
                    "Effect {} was started and has no recorded result; it counts as done, as it declares with assumeDone",
                    effect.key());
            return Optional.of(new EffectProbe.Answer.Done<>(assumed.result()));
        }
        throw report.parked(new AmbiguousEffectException(effect.key()));
    }

    private <R> @Nullable R run(Effect<R> effect, EffectAction<R> action) throws Exception {
        R value;
        try {
            value = calls.run(effect.key(), action);
        } catch (EffectMisuseException misuse) {
            // an effect that came too late within this action is not kept, see AttemptReport.late
            throw scope.isOpen() ? report.misused(misuse) : misuse;
        } catch (AmbiguousEffectException | ResultTooLargeException parking) {
            throw parking; // of an effect within this action
        } catch (Throwable failure) {
            if (failure instanceof Exception refused && rules.isPermanent(refused)) {
                return failPermanently(effect, refused);
            }
            failTransiently(effect, failure);
            throw failure;
        }
        report.targetAnswered();
        return record(effect, value);
    }

    /** Records a permanent failure, or parks the event; throws in any case, except for a result that another runner recorded. */
    private <R> @Nullable R failPermanently(Effect<R> effect, Exception failure) throws Exception {
        report.targetAnswered();
        if (rules.onPermanent() == OnPermanent.PARK) {
            withdraw(effect);
            throw report.parked(failure);
        }
        requireNotClosed(effect);
        EffectResult recorded = store.record(effect.key(), new EffectResult.Failed(TaskError.of(failure)));
        report.count(Result.FAILED);
        return valueOf(effect, recorded);
    }

    /** Handles a transient failure as the effect declares; the caller throws it, whatever the store does. */
    private void failTransiently(Effect<?> effect, Throwable failure) {
        report.targetFailed(failure);
        if (!effect.needsIntent() || scope.isClosed()) {
            return;
        }
        try {
            switch (FailureMeaning.of(failure)) {
                case NOT_DONE -> store.withdraw(effect.key());
                case UNKNOWN -> leaveInDoubt(effect, failure);
                case INTERRUPTED -> {
                    // what is to be done is decided when the event is applied again
                }
            }
        } catch (RuntimeException unavailable) { // a store; the intent stays
            failure.addSuppressed(unavailable);
        }
    }

    /** The intent stays, unless the effect counts as done: even if the sink catches the failure, the action does not run again. */
    private void leaveInDoubt(Effect<?> effect, Throwable failure) {
        if (effect.onAmbiguity() instanceof OnAmbiguity.Park<?>) {
            report.count(Result.AMBIGUOUS);
            AmbiguousEffectException unused = report.parked(new AmbiguousEffectException(effect.key(), failure));
        } else if (effect.onAmbiguity() instanceof OnAmbiguity.AssumeDone<?> assumed) {
            report.count(Result.AMBIGUOUS);
            EffectResult unused =
                    recorded(effect, new EffectResult.Done(effect.codec().tag(), write(effect, assumed.result())));
            report.count(Result.RUN);
            TaskError error = TaskError.of(failure);
            LOG.warn(
                    "Effect {} ended with {}: {}. It may have been done, and counts as done, as it declares with assumeDone. "
                            + "Throw NotDoneException from its action where nothing was done",
                    effect.key(),
                    error.code(),
                    error.message());
        }
    }

    private void withdraw(Effect<?> effect) {
        if (effect.needsIntent()) {
            store.withdraw(effect.key());
        }
    }

    /** Records a result, after checking that its record can be read again. */
    private <R> @Nullable R record(Effect<R> effect, @Nullable Object value) throws RecordedFailureException {
        String json = write(effect, value);
        R readBack = readBack(effect, json);
        EffectResult.Done result = new EffectResult.Done(effect.codec().tag(), json);
        requireNotClosed(effect);
        EffectResult recorded = recorded(effect, result);
        report.count(Result.RUN);
        return recorded.equals(result) ? readBack : valueOf(effect, recorded);
    }

    private EffectResult recorded(Effect<?> effect, EffectResult.Done result) {
        try {
            return store.record(effect.key(), result);
        } catch (ResultTooLargeException lost) {
            throw report.parked(lost);
        }
    }

    private String write(Effect<?> effect, @Nullable Object value) {
        try {
            return effect.codec().write(value);
        } catch (ResultJson.ConversionException unwritable) {
            throw unrecordable(effect, "cannot be written as JSON", unwritable);
        }
    }

    private <R> @Nullable R readBack(Effect<R> effect, String json) {
        try {
            return effect.codec().read(json);
        } catch (ResultJson.ConversionException unreadable) {
            throw unrecordable(effect, "cannot be read back from its JSON", unreadable);
        }
    }

    private EffectMisuseException unrecordable(Effect<?> effect, String problem, ResultJson.ConversionException cause) {
        return report.misused(new EffectMisuseException(
                "Effect " + effect.key() + " was done, but its result of type '"
                        + effect.codec().tag() + "' " + problem + ": " + cause.getMessage()
                        + ". The result is not recorded, so the effect runs again with the same key after this is "
                        + "fixed. "
                        + "Return a record of plain values, or use run() if the result is not needed.",
                cause));
    }

    /** The value of a recorded result. */
    private <R> @Nullable R valueOf(Effect<R> effect, EffectResult result) throws RecordedFailureException {
        if (result instanceof EffectResult.Failed failure) {
            throw new RecordedFailureException(effect.key(), failure.error());
        }
        EffectResult.Done done = (EffectResult.Done) result;
        ResultCodec<R> codec = effect.codec();
        if (!done.type().equals(codec.tag())) {
            throw report.misused(new EffectMisuseException("Effect " + effect.key()
                    + " has a recorded result of type '" + done.type() + "', but type '" + codec.tag() + "' ("
                    + codec.typeName()
                    + ") was requested. A recorded result never changes: request the recorded type, annotate the "
                    + "class with "
                    + "@ResultType(\"" + done.type() + "\") if it is the same type renamed, or give the effect "
                    + "another name."));
        }
        try {
            return codec.read(done.json());
        } catch (ResultJson.ConversionException unreadable) {
            throw report.misused(new EffectMisuseException(
                    "The recorded result of effect " + effect.key() + ", of type '" + codec.tag()
                            + "', cannot be read as " + codec.typeName() + ": " + unreadable.getMessage()
                            + ". A recorded result never changes: change the class so that it reads results recorded "
                            + "earlier.",
                    unreadable));
        }
    }

    private void requireNotClosed(Effect<?> effect) {
        if (scope.isClosed()) {
            throw report.late(effect.name());
        }
    }
}
