package io.taskqueue.sink;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.TaskError;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The effects of one application of one event, over a store of results: what a runner hands to a sink.
 *
 * <p>Made for each try of each event; {@link #close()} ends it, and a sink that kept it gets an
 * {@link EffectMisuseException} from then on. Thread-safe: a sink may run effects of different names side by side, and must
 * have all of them ended when it returns.
 *
 * <p>A result is recorded as JSON with the tag of its type (see {@link ResultType}), and what the sink gets is always what
 * the JSON says, on the first run as on every later one.
 */
public final class RecordedEffects implements Effects, AutoCloseable {

    /**
     * What became of the effects of one application. Failures for now are in none of the numbers.
     *
     * @param run actions that ran and whose result was recorded
     * @param reused effects answered from the record, with a result or with a permanent failure, without running
     * @param failed actions that ran and failed permanently, which was recorded
     * @param missing effects without a record that were not run, because of {@link EffectMode#RECORDED_ONLY}
     */
    public record Counts(int run, int reused, int failed, int missing) {}

    private final String sink;
    private final int generation;
    private final ReplicationEvent<?> event;
    private final EffectStore store;
    private final EffectMode mode;
    private final Set<String> names = ConcurrentHashMap.newKeySet();
    private final Set<String> running = ConcurrentHashMap.newKeySet();
    private final AtomicReference<@Nullable EffectMisuseException> misuse = new AtomicReference<>();
    private final AtomicInteger run = new AtomicInteger();
    private final AtomicInteger reused = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();
    private final AtomicInteger missing = new AtomicInteger();
    private volatile boolean closed;

    /**
     * @param sink the sink's name, the first part of each key
     * @param generation which deliberate re-run the keys belong to; 0 for the first
     * @param mode what happens to an effect without a record
     */
    public RecordedEffects(String sink, int generation, ReplicationEvent<?> event, EffectStore store, EffectMode mode) {
        this.sink = Objects.requireNonNull(sink, "sink");
        this.generation = generation;
        this.event = Objects.requireNonNull(event, "event");
        this.store = Objects.requireNonNull(store, "store");
        this.mode = Objects.requireNonNull(mode, "mode");
    }

    /** What became of the effects so far, also of those whose exception the sink swallowed. */
    public Counts counts() {
        return new Counts(run.get(), reused.get(), failed.get(), missing.get());
    }

    /** The first misuse, also where the sink swallowed it. */
    public Optional<EffectMisuseException> misuse() {
        return Optional.ofNullable(misuse.get());
    }

    /** The names of the effects whose action is running. */
    Set<String> running() {
        return Set.copyOf(running);
    }

    @Override
    @SuppressWarnings("NullAway") // null is what the action returned
    public <R> R capture(String name, Class<R> type, EffectAction<R> action) throws Exception {
        Objects.requireNonNull(name, "name");
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
        running.add(name);
        try {
            return perform(key, tag, type, action);
        } finally {
            running.remove(name);
        }
    }

    @Override
    public void run(String name, EffectRunnable action) throws Exception {
        capture(name, Void.class, key -> {
            action.run(key);
            return nothing();
        });
    }

    /** Ends the application. An action that is still running may end, but its result is not recorded. */
    @Override
    public void close() {
        closed = true;
    }

    /** Runs the action and records its result, once it is known that the record can be read again. */
    private <R> @Nullable R perform(EffectKey key, String tag, Class<R> type, EffectAction<R> action) throws Exception {
        EffectResult result;
        R read = null;
        try {
            String json = write(key, tag, action.run(key));
            read = readBack(key, tag, json, type);
            result = new EffectResult.Done(tag, json);
        } catch (PermanentEffectException permanent) {
            result = new EffectResult.Failed(TaskError.of(permanent));
        }
        requireOpen(key.effect());
        EffectResult standing = store.record(key, result);
        (result instanceof EffectResult.Done ? run : failed).incrementAndGet();
        return result instanceof EffectResult.Done && standing.equals(result)
                ? read
                : resultOf(key, standing, tag, type);
    }

    private String write(EffectKey key, String tag, @Nullable Object value) {
        try {
            return ResultJson.write(value);
        } catch (JsonProcessingException unwritable) {
            throw unrecordable(key, tag, "cannot be written as JSON", unwritable);
        }
    }

    private <R> @Nullable R readBack(EffectKey key, String tag, String json, Class<R> type) {
        try {
            return ResultJson.read(json, type);
        } catch (JsonProcessingException unreadable) {
            throw unrecordable(key, tag, "cannot be read back from its JSON", unreadable);
        }
    }

    private EffectMisuseException unrecordable(
            EffectKey key, String tag, String problem, JsonProcessingException cause) {
        return misused(new EffectMisuseException(
                "Effect " + key + " was done, but its result of type '" + tag + "' " + problem + ": "
                        + ResultJson.reason(cause)
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
        } catch (JsonProcessingException unreadable) {
            throw misused(new EffectMisuseException(
                    "The recorded result of effect " + key + ", of type '" + tag + "', cannot be read as "
                            + type.getTypeName() + ": " + ResultJson.reason(unreadable)
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
        if (closed) {
            throw new EffectMisuseException("Effect '" + name + "' of " + event
                    + " came after its application had ended; nothing of it is recorded. Use effects only during "
                    + "apply, and wait in it for what it started.");
        }
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
