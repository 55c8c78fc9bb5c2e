package io.taskqueue.sink.effect;

import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.TaskError;
import io.taskqueue.sink.AmbiguousEffectException;
import io.taskqueue.sink.Causes;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.EffectMisuseException;
import io.taskqueue.sink.EffectMode;
import io.taskqueue.sink.EffectNotRecordedException;
import io.taskqueue.sink.EffectProbe;
import io.taskqueue.sink.Effects;
import io.taskqueue.sink.OnAmbiguity;
import io.taskqueue.sink.OnPermanent;
import io.taskqueue.sink.RecordedFailureException;
import io.taskqueue.sink.UnknownOutcomeException;
import io.taskqueue.sink.store.EffectResult;
import io.taskqueue.sink.store.EffectStore;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The effects of one application of one event, over a store of results: what a runner hands to a sink.
 *
 * <p>Made for each try of each event; {@link #close()} ends it, and a sink that kept it gets an
 * {@link EffectMisuseException} from then on. Thread-safe: a sink may run effects of different names side by side, and must
 * have all of them ended when it returns; see {@link ApplyOutcome} for where it throws.
 *
 * <p>A result is recorded as JSON with the tag of its type (see {@link io.taskqueue.sink.ResultType}), and what the sink gets is always what
 * the JSON says, on the first run as on every later one.
 */
public final class RecordedEffects implements Effects, AutoCloseable {

    /**
     * What became of the effects of one application. Failures for now are in none of the numbers.
     *
     * @param run effects whose result was recorded now, mostly because their action ran
     * @param reused effects answered from the record, with a result or with a permanent failure, without running
     * @param failed actions that ran and failed permanently, which was recorded
     * @param missing effects without a record that were not run, because of {@link EffectMode#RECORDED_ONLY}
     * @param ambiguous effects of which nobody knew whether they were done, and that were dealt with as declared; whatever
     *     came of that counts apart
     */
    public record Counts(int run, int reused, int failed, int missing, int ambiguous) {}

    private final String sink;
    private final int generation;
    private final ReplicationEvent<?> event;
    private final EffectStore store;
    private final EffectMode mode;
    private final EffectRules rules;
    private final Set<String> names = ConcurrentHashMap.newKeySet();
    private final RunningEffects running = new RunningEffects();
    private final AtomicReference<@Nullable EffectMisuseException> misuse = new AtomicReference<>();
    private final AtomicInteger run = new AtomicInteger();
    private final AtomicInteger reused = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();
    private final AtomicInteger missing = new AtomicInteger();
    private final AtomicInteger ambiguous = new AtomicInteger();
    private final AtomicBoolean answered = new AtomicBoolean();
    private final AtomicReference<@Nullable Throwable> parking = new AtomicReference<>();

    /**
     * @param sink the sink's name, the first part of each key
     * @param generation which deliberate re-run the keys belong to; 0 for the first
     * @param mode what happens to an effect without a record
     * @param rules what becomes of permanent failures
     */
    public RecordedEffects(
            String sink,
            int generation,
            ReplicationEvent<?> event,
            EffectStore store,
            EffectMode mode,
            EffectRules rules) {
        this.sink = Objects.requireNonNull(sink, "sink");
        this.generation = generation;
        this.event = Objects.requireNonNull(event, "event");
        this.store = Objects.requireNonNull(store, "store");
        this.mode = Objects.requireNonNull(mode, "mode");
        this.rules = Objects.requireNonNull(rules, "rules");
    }

    /** What became of the effects so far, also of those whose exception the sink swallowed. */
    public Counts counts() {
        return new Counts(run.get(), reused.get(), failed.get(), missing.get(), ambiguous.get());
    }

    /** The first misuse, also where the sink swallowed it. */
    public Optional<EffectMisuseException> misuse() {
        return Optional.ofNullable(misuse.get());
    }

    /** Whether the target has answered: an action ended, with a result or for good, or a probe said whether it was done. */
    public boolean targetAnswered() {
        return answered.get();
    }

    /** Why the event is to be parked, also where the sink swallowed it. */
    Optional<Throwable> parking() {
        return Optional.ofNullable(parking.get());
    }

    /** The effects of this application that run. */
    RunningEffects running() {
        return running;
    }

    @Override
    public <R> R capture(String name, Class<R> type, EffectAction<R> action) throws Exception {
        return capture(name, type, OnAmbiguity.rerun(), action);
    }

    @Override
    @SuppressWarnings("NullAway") // null is what the action returned
    public <R> R capture(String name, Class<R> type, OnAmbiguity<R> onAmbiguity, EffectAction<R> action)
            throws Exception {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(onAmbiguity, "onAmbiguity");
        Objects.requireNonNull(action, "action");
        requireOpen(name);
        String tag = tagOf(type);
        EffectKey key = new EffectKey(sink, generation, event.queueName(), event.position(), name);
        if (!names.add(name)) {
            throw misused(new EffectMisuseException("Effect '" + name + "' was asked for twice in " + event
                    + ". A name stands for one action of its event: give each its own, as '" + name + "-1' and '" + name
                    + "-2'."));
        }
        Optional<EffectResult> recorded = store.find(key);
        if (recorded.isPresent()) {
            reused.incrementAndGet();
            return resultOf(key, recorded.get(), tag, type);
        }
        if (mode == EffectMode.RECORDED_ONLY) {
            missing.incrementAndGet();
            throw new EffectNotRecordedException(key);
        }
        if (!running.enter(name)) {
            throw late(name);
        }
        try {
            return perform(new Effect<>(key, tag, type, onAmbiguity), action);
        } finally {
            running.leave(name);
        }
    }

    @Override
    public void run(String name, EffectRunnable action) throws Exception {
        run(name, OnAmbiguity.rerun(), action);
    }

    @Override
    public void run(String name, OnAmbiguity<Void> onAmbiguity, EffectRunnable action) throws Exception {
        capture(name, Void.class, onAmbiguity, key -> {
            action.run(key);
            return nothing();
        });
    }

    /** Ends the application: no action begins any more. One that is still running may end, but its result is not recorded. */
    @Override
    public void close() {
        running.close();
    }

    /** An effect that has no recorded result. */
    private record Effect<R>(EffectKey key, String tag, Class<R> type, OnAmbiguity<R> onAmbiguity) {}

    /** Runs the action and records its result, unless it turns out to be done. */
    private <R> @Nullable R perform(Effect<R> effect, EffectAction<R> action) throws Exception {
        boolean intends = effect.onAmbiguity().needsIntent();
        boolean begunBefore = intends && !store.intend(effect.key(), effect.onAmbiguity());
        if (begunBefore) {
            // what this throws is not the action's: it leaves the doubt as it is
            Optional<EffectProbe.Answer.Done<R>> done = settle(effect);
            if (done.isPresent()) {
                return done(effect, done.get().result());
            }
        }
        if (!running.open()) { // the application ended while the intent or the probe was waited for
            if (intends && !begunBefore) {
                store.withdraw(effect.key());
            }
            throw late(effect.key().effect());
        }
        R value;
        try {
            value = action.run(effect.key());
        } catch (EffectMisuseException | AmbiguousEffectException e) {
            throw e;
        } catch (Exception failure) {
            return failed(effect, failure);
        } catch (Error failure) {
            withdrawUnlessInDoubt(effect, failure);
            throw failure;
        }
        answered.set(true);
        return done(effect, value);
    }

    /** What is declared for an effect of which nobody knows whether it was done; empty where the action is to run. */
    private <R> Optional<EffectProbe.Answer.Done<R>> settle(Effect<R> effect) throws Exception {
        ambiguous.incrementAndGet();
        if (effect.onAmbiguity() instanceof OnAmbiguity.Probe<R> probe) {
            EffectProbe.Answer<R> answer = probe.probe().ask(effect.key());
            answered.set(true);
            return answer instanceof EffectProbe.Answer.Done<R> done ? Optional.of(done) : Optional.empty();
        }
        if (effect.onAmbiguity() instanceof OnAmbiguity.AssumeDone<R> assumed) {
            return Optional.of(new EffectProbe.Answer.Done<>(assumed.result()));
        }
        throw parked(new AmbiguousEffectException(effect.key()));
    }

    /** Records what the action returned, once it is known that the record can be read again. */
    private <R> @Nullable R done(Effect<R> effect, @Nullable Object value) throws RecordedFailureException {
        EffectKey key = effect.key();
        String json = write(key, effect.tag(), value);
        R read = readBack(key, effect.tag(), json, effect.type());
        EffectResult result = new EffectResult.Done(effect.tag(), json);
        requireNotClosed(key.effect());
        EffectResult standing = store.record(key, result);
        run.incrementAndGet();
        return standing.equals(result) ? read : resultOf(key, standing, effect.tag(), effect.type());
    }

    private <R> @Nullable R failed(Effect<R> effect, Exception failure) throws Exception {
        EffectKey key = effect.key();
        if (!rules.isPermanent(failure)) {
            withdrawUnlessInDoubt(effect, failure);
            throw failure;
        }
        answered.set(true);
        if (rules.onPermanent() == OnPermanent.PARK) {
            if (effect.onAmbiguity().needsIntent()) {
                store.withdraw(key);
            }
            throw parked(failure);
        }
        requireNotClosed(key.effect());
        EffectResult standing = store.record(key, new EffectResult.Failed(TaskError.of(failure)));
        failed.incrementAndGet();
        return resultOf(key, standing, effect.tag(), effect.type());
    }

    private void withdrawUnlessInDoubt(Effect<?> effect, Throwable failure) {
        if (effect.onAmbiguity().needsIntent() && saysNotDone(effect, failure)) {
            store.withdraw(effect.key());
        }
    }

    /** Whether a failure for now leaves no doubt; a probe is asked in any case, so it keeps its intent. */
    private static boolean saysNotDone(Effect<?> effect, Throwable failure) {
        boolean unknown = Causes.first(failure, UnknownOutcomeException.class).isPresent()
                || Causes.first(failure, InterruptedException.class).isPresent()
                || Thread.currentThread().isInterrupted();
        return !unknown && !(effect.onAmbiguity() instanceof OnAmbiguity.Probe);
    }

    private <X extends Exception> X parked(X why) {
        parking.compareAndSet(null, why);
        return why;
    }

    private String write(EffectKey key, String tag, @Nullable Object value) {
        try {
            return ResultJson.write(value);
        } catch (ResultJson.ConversionException unwritable) {
            throw unrecordable(key, tag, "cannot be written as JSON", unwritable);
        }
    }

    private <R> @Nullable R readBack(EffectKey key, String tag, String json, Class<R> type) {
        try {
            return ResultJson.read(json, type);
        } catch (ResultJson.ConversionException unreadable) {
            throw unrecordable(key, tag, "cannot be read back from its JSON", unreadable);
        }
    }

    private EffectMisuseException unrecordable(
            EffectKey key, String tag, String problem, ResultJson.ConversionException cause) {
        return misused(new EffectMisuseException(
                "Effect " + key + " was done, but its result of type '" + tag + "' " + problem + ": "
                        + cause.getMessage()
                        + ". Nothing is recorded, so the effect runs again, with the same key, once this is mended. "
                        + "Return a record of plain values, or use run() where the result does not matter.",
                cause));
    }

    private <R> @Nullable R resultOf(EffectKey key, EffectResult result, String tag, Class<R> type)
            throws RecordedFailureException {
        if (result instanceof EffectResult.Failed failure) {
            throw new RecordedFailureException(key, failure.error());
        }
        EffectResult.Done done = (EffectResult.Done) result;
        if (!done.type().equals(tag)) {
            throw misused(new EffectMisuseException("Effect " + key + " has a recorded result of type '" + done.type()
                    + "', but type '" + tag + "' (" + type.getTypeName()
                    + ") was asked for. A recorded result never changes: ask for the recorded type, name the class "
                    + "@ResultType(\"" + done.type() + "\") if it is the same type renamed, or give the effect "
                    + "another name."));
        }
        try {
            return ResultJson.read(done.json(), type);
        } catch (ResultJson.ConversionException unreadable) {
            throw misused(new EffectMisuseException(
                    "The recorded result of effect " + key + ", of type '" + tag + "', cannot be read as "
                            + type.getTypeName() + ": " + unreadable.getMessage()
                            + ". A recorded result never changes: let the class read what it once wrote.",
                    unreadable));
        }
    }

    private String tagOf(Class<?> type) {
        try {
            return ResultTags.of(type);
        } catch (EffectMisuseException nameless) {
            throw misused(nameless);
        }
    }

    private void requireOpen(String name) {
        if (!running.open()) {
            throw late(name);
        }
    }

    private void requireNotClosed(String name) {
        if (running.closed()) {
            throw late(name);
        }
    }

    private EffectMisuseException late(String name) {
        return new EffectMisuseException("Effect '" + name + "' of " + event
                + " came after its application had ended; nothing of it is recorded. Use effects only during "
                + "apply, and wait in it for what it started.");
    }

    /** Keeps the first misuse for the runner, should the sink swallow it. */
    private EffectMisuseException misused(EffectMisuseException exception) {
        misuse.compareAndSet(null, exception);
        return exception;
    }

    @SuppressWarnings("NullAway") // the result of an effect that has none
    private static Void nothing() {
        return null;
    }
}
