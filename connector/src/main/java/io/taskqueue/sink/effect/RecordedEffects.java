package io.taskqueue.sink.effect;

import io.taskqueue.event.NameRule;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.TraceContext;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.EffectMisuseException;
import io.taskqueue.sink.EffectMode;
import io.taskqueue.sink.Effects;
import io.taskqueue.sink.OnAmbiguity;
import io.taskqueue.sink.RecordedAs;
import io.taskqueue.sink.effect.AttemptReport.Result;
import io.taskqueue.sink.store.EffectStore;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The effects of one attempt to apply one event, over a store of results: what a runner passes to a sink.
 *
 * <p>Created for each attempt and ended by {@link #close()}; from then on a sink that kept it gets an
 * {@link EffectMisuseException}. Thread-safe: a sink may run effects of different names concurrently, and all of them must have
 * ended when it returns; see {@link ApplyOutcome} for a sink that throws.
 *
 * <p>A result is recorded as JSON with the tag of its type ({@link io.taskqueue.sink.ResultType}), and the sink always gets the
 * value that is read from the JSON, in the first run as in each later one.
 *
 * <p>Public for the other packages of this project; not part of the API.
 */
public final class RecordedEffects implements Effects, AutoCloseable {

    /**
     * The results of the effects of one attempt. Transient failures are not counted.
     *
     * @param run effects whose result was recorded in this attempt: their action ran, or was found or assumed to be done
     * @param reused effects whose result or permanent failure was recorded before, so that they did not run
     * @param failed actions that ran and failed permanently, which was recorded
     * @param missing effects without a record that did not run, because of {@link EffectMode#RECORDED_ONLY}
     * @param ambiguous effects that were in doubt and handled as declared; they count in the other numbers as well
     */
    public record Counts(int run, int reused, int failed, int missing, int ambiguous) {}

    private final AttemptSettings settings;
    private final ReplicationEvent<?> event;
    private final Set<String> names = ConcurrentHashMap.newKeySet();
    private final EffectScope scope = new EffectScope();
    private final AttemptReport report;
    private final UserCalls calls;
    private final EffectExecutor executor;

    /**
     * Effects of an attempt without spans.
     *
     * @param sink the sink's name, the first part of each key
     * @param generation 0, or the number of the deliberate re-run that the keys belong to
     * @param mode what happens to an effect without a recorded result
     * @param rules what happens to permanent failures
     */
    public RecordedEffects(
            String sink,
            int generation,
            ReplicationEvent<?> event,
            EffectStore store,
            EffectMode mode,
            EffectRules rules) {
        this(
                new AttemptSettings(sink, generation, mode, rules, AttemptSettings.Visibility.inLogs(sink, event)),
                event,
                store);
    }

    public RecordedEffects(AttemptSettings settings, ReplicationEvent<?> event, EffectStore store) {
        this.settings = Objects.requireNonNull(settings, "settings");
        this.event = Objects.requireNonNull(event, "event");
        this.report = new AttemptReport(event);
        this.calls = new UserCalls(settings, event);
        this.executor = new EffectExecutor(Objects.requireNonNull(store, "store"), settings, scope, report, calls);
    }

    /** The results of the effects so far, including those whose exception the sink caught. */
    public Counts counts() {
        return new Counts(
                report.counted(Result.RUN),
                report.counted(Result.REUSED),
                report.counted(Result.FAILED),
                report.counted(Result.MISSING),
                report.counted(Result.AMBIGUOUS));
    }

    /** The first misuse, even if the sink caught it. */
    public Optional<EffectMisuseException> misuse() {
        return report.misuse();
    }

    /** Whether the target answered: an action ended with a result or a permanent failure, or a probe returned. */
    public boolean targetAnswered() {
        return report.hasAnswerOfTarget();
    }

    /** The first transient failure of an action, even if the sink caught it. */
    public Optional<Throwable> targetFailure() {
        return report.failureOfTarget();
    }

    /** Why the event is to be parked, even if the sink caught the exception. */
    Optional<Throwable> parking() {
        return report.parking();
    }

    /** The running effects of this attempt. */
    EffectScope scope() {
        return scope;
    }

    /** The calls of the user's code in this attempt. */
    UserCalls calls() {
        return calls;
    }

    @Override
    public Optional<TraceContext> traceContext() {
        return calls.traceContext();
    }

    @Override
    public <R> R capture(String name, Class<R> type, EffectAction<R> action) throws Exception {
        return capture(name, type, OnAmbiguity.rerun(), action);
    }

    @Override
    @SuppressWarnings("NullAway") // an action may return null, and so does this method then
    public <R> R capture(String name, Class<R> type, OnAmbiguity<R> onAmbiguity, EffectAction<R> action)
            throws Exception {
        return perform(name, () -> ResultCodec.of(type), onAmbiguity, action);
    }

    @Override
    @SuppressWarnings("NullAway") // an action may return null, and so does this method then
    public <R> R capture(String name, RecordedAs<R> result, OnAmbiguity<R> onAmbiguity, EffectAction<R> action)
            throws Exception {
        return perform(name, () -> ResultCodec.of(result), onAmbiguity, action);
    }

    private <R> @Nullable R perform(
            String name, Supplier<ResultCodec<R>> codec, OnAmbiguity<R> onAmbiguity, EffectAction<R> action)
            throws Exception {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(onAmbiguity, "onAmbiguity");
        Objects.requireNonNull(action, "action");
        if (!scope.isOpen()) {
            throw report.late(name);
        }
        ResultCodec<R> known = codecOf(codec);
        // the length only here: a name may be made from a payload, and keys that are stored must remain readable
        String valid = NameRule.require("effect name", "charge", name);
        EffectKey key =
                new EffectKey(settings.sink(), settings.generation(), event.queueName(), event.position(), valid);
        if (!names.add(name)) {
            throw report.misused(new EffectMisuseException("Effect '" + name + "' was requested twice in " + event
                    + ". A name identifies one action of its event: use different names, such as '" + name + "-1' and '"
                    + name + "-2'."));
        }
        return executor.execute(new EffectExecutor.Effect<>(key, known, onAmbiguity), action);
    }

    @Override
    public void run(String name, EffectRunnable action) throws Exception {
        run(name, OnAmbiguity.rerun(), action);
    }

    @Override
    public void run(String name, OnAmbiguity<Void> onAmbiguity, EffectRunnable action) throws Exception {
        Objects.requireNonNull(action, "action");
        capture(name, Void.class, onAmbiguity, key -> {
            action.run(key);
            return noResult();
        });
    }

    /** Ends the attempt: no further action starts. An action that still runs may end, but its result is not recorded. */
    @Override
    public void close() {
        scope.close();
    }

    private <R> ResultCodec<R> codecOf(Supplier<ResultCodec<R>> codec) {
        try {
            return codec.get();
        } catch (EffectMisuseException noTag) {
            throw report.misused(noTag);
        }
    }

    @SuppressWarnings("NullAway") // Void has no other value
    private static Void noResult() {
        return null;
    }
}
