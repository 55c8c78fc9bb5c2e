package io.taskqueue.sink.jdbc;

import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.EffectMisuseException;
import io.taskqueue.sink.Effects;
import io.taskqueue.sink.effect.ResultCodec;
import io.taskqueue.sink.effect.ResultJson;
import io.taskqueue.sink.store.EffectResult;
import io.taskqueue.sink.store.SinkStoreException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Objects;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Effects on a database: the action and the record of its result are one transaction, so that no crash makes the action run
 * again.
 *
 * <pre>
 *   effects.capture ----&gt; begin; claim the effect key; action(connection, key); record its result; commit
 *                              |                                                                      |
 *                              +-- the key exists: roll back, read the recorded result                |
 *                                                            |                                        |
 *   the runner's record &lt;------------- result ---------------+----------------------------------------+
 * </pre>
 *
 * <p>The result is in the table {@code taskqueue_applied} of that database, beside the tables that the action writes. The runner
 * then records it like the result of any effect, for replays. If a crash prevents that, the next attempt finds the key in the
 * table: it returns the recorded result, and the action does not run; the same happens after a commit whose confirmation was lost.
 * Concurrent runs of one key wait for each other at the
 * table's primary key.
 *
 * <p>If an action throws, everything it did is rolled back. A {@link io.taskqueue.sink.PermanentEffectException} is then recorded
 * by the runner as a permanent failure; anything else is retried, including deadlocks and serialization failures.
 *
 * <p>Thread-safe. Each effect takes one connection at a time from the data source and releases it in its original auto-commit
 * mode; use a pool. Standard SQL, tested on PostgreSQL. The database must support transactions, and an action must not contain
 * statements that commit implicitly (DDL in some databases). Create the table once, by {@link #createTables()} or from the script
 * {@code io/taskqueue/sink/jdbc/taskqueue_applied.sql} on the class path.
 */
public final class JdbcEffects {

    private final AppliedResults applied;

    public JdbcEffects(DataSource dataSource) {
        this.applied = new AppliedResults(dataSource);
    }

    /**
     * Creates the table if it does not exist.
     *
     * @throws SinkStoreException if the database cannot be reached or refuses
     */
    public void createTables() {
        applied.create();
    }

    /**
     * Runs an action in its own transaction and returns its result, or returns its recorded result, as
     * {@link Effects#capture(String, Class, Effects.EffectAction)} does.
     *
     * @param effects the effects that were passed to the sink with the event
     * @param name the effect's name, unique within the event
     * @param type the result's type, written and read as JSON
     * @return the result, from the action or from a record
     * @throws SinkStoreException if the transaction cannot be started or the result cannot be recorded; the event is retried
     * @throws io.taskqueue.sink.UnknownOutcomeException if the database did not confirm the commit; the event is retried, and the
     *     next attempt returns the result if it was committed
     * @throws Exception what the action throws, or the exception with which the database refused the commit
     */
    public <R> R capture(Effects effects, String name, Class<R> type, JdbcAction<R> action) throws Exception {
        Objects.requireNonNull(action, "action");
        return effects.capture(name, type, key -> once(key, type, action));
    }

    /** Runs an action without a result, as {@link #capture} does. */
    public void run(Effects effects, String name, JdbcRunnable action) throws Exception {
        capture(effects, name, Void.class, (connection, key) -> {
            action.run(connection, key);
            return noResult();
        });
    }

    /**
     * Deletes the results that were recorded before an instant.
     *
     * <p>A row is needed until the runner has recorded the result itself: for one commit interval, or, if the sink stops before
     * that, until it is restarted. Keep the rows of at least the longest time that a sink may be down, plus some days.
     *
     * @return the number of deleted rows
     * @throws SinkStoreException if the database cannot be reached or refuses
     */
    public int deleteOlderThan(Instant instant) {
        return applied.deleteOlderThan(instant);
    }

    /** Runs the transaction, or returns the result of an earlier one; the runner's record is the caller's business. */
    @SuppressWarnings("NullAway") // an action may return null, and so does this method then
    <R> R once(EffectKey key, Class<R> type, JdbcAction<R> action) throws Exception {
        ResultCodec<R> codec = ResultCodec.of(type);
        try (Transaction transaction = applied.begin(key)) {
            Connection connection = transaction.connection();
            if (applied.claim(connection, key, codec.tag(), ResultJson.NULL)) {
                String json = write(key, codec, perform(connection, key, action));
                R readBack = read(key, codec, json);
                applied.record(connection, key, json);
                transaction.commit(key);
                return readBack;
            }
        }
        return recorded(key, codec);
    }

    /**
     * Runs the transaction with the action first, and claims the key with its result: a statement less, and no second version of the row. For an
     * action that may run, and be rolled back, although its key was applied before; where it fails then, that is no failure.
     */
    @SuppressWarnings("NullAway") // an action may return null, and so does this method then
    <R> R onceClaimedLast(EffectKey key, Class<R> type, JdbcAction<R> action) throws Exception {
        ResultCodec<R> codec = ResultCodec.of(type);
        try (Transaction transaction = applied.begin(key)) {
            Connection connection = transaction.connection();
            String json = write(key, codec, perform(connection, key, action));
            R readBack = read(key, codec, json);
            if (applied.claim(connection, key, codec.tag(), json)) {
                transaction.commit(key);
                return readBack;
            }
        } catch (SQLException failure) {
            if (!appliedBefore(key, failure)) {
                throw failure;
            }
        }
        return recorded(key, codec);
    }

    private boolean appliedBefore(EffectKey key, SQLException failure) {
        try {
            return applied.find(key).isPresent();
        } catch (SinkStoreException unknown) {
            failure.addSuppressed(unknown);
            return false;
        }
    }

    private static <R> R perform(Connection connection, EffectKey key, JdbcAction<R> action) throws Exception {
        try (GuardedConnection guarded = new GuardedConnection(connection, key)) {
            return action.run(guarded.connection(), key);
        }
    }

    private <R> @Nullable R recorded(EffectKey key, ResultCodec<R> codec) {
        EffectResult.Done done = applied.find(key)
                .orElseThrow(() -> new SinkStoreException("Effect " + key
                        + " was refused as applied before, but has no row in table taskqueue_applied: the row was "
                        + "deleted in "
                        + "between, or the table has additional constraints. The event is retried."));
        if (!done.type().equals(codec.tag())) {
            throw new EffectMisuseException("Effect " + key + " has a result of type '" + done.type()
                    + "' in table taskqueue_applied, but type '" + codec.tag() + "' (" + codec.typeName()
                    + ") was requested. A recorded result never changes: request the recorded type, or give the effect "
                    + "another name.");
        }
        return read(key, codec, done.json());
    }

    private static String write(EffectKey key, ResultCodec<?> codec, @Nullable Object value) {
        try {
            return codec.write(value);
        } catch (ResultJson.ConversionException unwritable) {
            throw unrecordable(key, codec, "cannot be written as JSON", unwritable);
        }
    }

    private static <R> @Nullable R read(EffectKey key, ResultCodec<R> codec, String json) {
        try {
            return codec.read(json);
        } catch (ResultJson.ConversionException unreadable) {
            throw unrecordable(key, codec, "cannot be read from its JSON", unreadable);
        }
    }

    private static EffectMisuseException unrecordable(
            EffectKey key, ResultCodec<?> codec, String problem, ResultJson.ConversionException cause) {
        return new EffectMisuseException(
                "The result of effect " + key + ", of type '" + codec.tag() + "', " + problem + ": "
                        + cause.getMessage()
                        + ". The transaction is rolled back. Return a record of plain values, or use run() if the "
                        + "result is not "
                        + "needed.",
                cause);
    }

    @SuppressWarnings("NullAway") // Void has no other value
    private static Void noResult() {
        return null;
    }

    /** An action on the database, with a result. */
    @FunctionalInterface
    public interface JdbcAction<R> {

        /**
         * Runs on the thread that requests the effect.
         *
         * @param connection the connection of the transaction, valid during this call. Ending the transaction or closing the
         *     connection throws an {@link EffectMisuseException}; do neither on an unwrapped connection. Savepoints are allowed
         * @param key the same in every run of this effect
         */
        R run(Connection connection, EffectKey key) throws Exception;
    }

    /** An action on the database, without a result. */
    @FunctionalInterface
    public interface JdbcRunnable {

        /** Runs as {@link JdbcAction#run} does, with the same parameters. */
        void run(Connection connection, EffectKey key) throws Exception;
    }
}
