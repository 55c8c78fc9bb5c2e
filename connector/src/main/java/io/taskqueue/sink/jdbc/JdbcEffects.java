package io.taskqueue.sink.jdbc;

import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.EffectMisuseException;
import io.taskqueue.sink.Effects;
import io.taskqueue.sink.effect.ResultJson;
import io.taskqueue.sink.effect.ResultTags;
import io.taskqueue.sink.store.EffectResult;
import io.taskqueue.sink.store.SinkStoreException;
import java.sql.Connection;
import java.time.Instant;
import java.util.Objects;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Effects whose outside is a database: the action and the record of its result are one transaction there, so that there is no
 * window in which a crash makes the action run again.
 *
 * <pre>
 *   effects.capture ----> begin; claim the effect key; action(connection, key); record its result; commit
 *                              |                                                                      |
 *                              +-- the key is taken: roll back, read the recorded result              |
 *                                                            |                                        |
 *   the sink's own record &lt;------------ result --------------+----------------------------------------+
 * </pre>
 *
 * <p>The result stands in the table {@code taskqueue_applied} of that database, beside the tables that the action writes, and is
 * then recorded by the runner as every effect's is, which answers replays. Where a crash keeps it from the runner, the next try
 * finds the key taken: it returns the recorded result and the action does not run. Two runs of one key at once wait for each
 * other at the table's primary key.
 *
 * <p>An action that throws is rolled back with everything it did: a {@link io.taskqueue.sink.PermanentEffectException} is then recorded by the
 * runner as failed, whatever else is tried again, deadlocks and serialization failures among it.
 *
 * <p>Thread-safe. Each effect takes one connection from the data source, one at a time, and gives it back as it was; use a pool.
 * Standard SQL, tested on PostgreSQL; the database must have transactions, and statements that commit by themselves (DDL in
 * some) do not belong in an action. Make the table once, by {@link #createTables()} or from the script
 * {@code io/taskqueue/sink/jdbc/taskqueue_applied.sql} on the class path.
 */
public final class JdbcEffects {

    private final AppliedResults applied;

    public JdbcEffects(DataSource dataSource) {
        this.applied = new AppliedResults(dataSource);
    }

    /**
     * Makes the table where there is none.
     *
     * @throws SinkStoreException if the database does not answer or refuses
     */
    public void createTables() {
        applied.create();
    }

    /**
     * Runs an action whose result matters, in a transaction of its own, or returns its recorded result; otherwise as
     * {@link Effects#capture(String, Class, Effects.EffectAction)}.
     *
     * @param effects what the sink was given for the event
     * @param name the effect's name, unique within the event
     * @param type the result's type, written and read as JSON
     * @return the result, from the action or from a record
     * @throws SinkStoreException if the transaction could not be begun, or its result not be recorded: tried again
     * @throws Exception what the action throws, and what the commit throws
     */
    public <R> R capture(Effects effects, String name, Class<R> type, JdbcAction<R> action) throws Exception {
        Objects.requireNonNull(action, "action");
        return effects.capture(name, type, key -> once(key, type, action));
    }

    /** Runs an action that has no result, as {@link #capture} does. */
    public void run(Effects effects, String name, JdbcRunnable action) throws Exception {
        capture(effects, name, Void.class, (connection, key) -> {
            action.run(connection, key);
            return nothing();
        });
    }

    /**
     * Deletes the results that are older.
     *
     * <p>A row is needed until the runner has recorded the result itself, which takes a commit interval, or as long as the sink
     * stands still in between. So keep what is younger than the longest time that a sink may be down, and some days more.
     *
     * @return how many
     * @throws SinkStoreException if the database does not answer or refuses
     */
    public int deleteOlderThan(Instant instant) {
        return applied.deleteOlderThan(instant);
    }

    /** The transaction, without the runner around it. */
    @SuppressWarnings("NullAway") // null is what the action returned
    <R> R once(EffectKey key, Class<R> type, JdbcAction<R> action) throws Exception {
        String tag = ResultTags.of(type);
        try (Transaction transaction = applied.begin(key)) {
            Connection connection = transaction.connection();
            if (applied.claim(connection, key, tag)) {
                String json = written(key, tag, perform(connection, key, action));
                R read = read(key, tag, json, type);
                applied.record(connection, key, json);
                transaction.commit();
                return read;
            }
        }
        return recorded(key, tag, type);
    }

    private static <R> R perform(Connection connection, EffectKey key, JdbcAction<R> action) throws Exception {
        try (GuardedConnection guarded = new GuardedConnection(connection, key)) {
            return action.run(guarded.connection(), key);
        }
    }

    private <R> @Nullable R recorded(EffectKey key, String tag, Class<R> type) {
        EffectResult.Done done = applied.find(key)
                .orElseThrow(() -> new SinkStoreException("The database took effect " + key
                        + " for applied, but holds no result of it in table taskqueue_applied: it was deleted in between, "
                        + "or the table has constraints of its own. It is tried again."));
        if (!done.type().equals(tag)) {
            throw new EffectMisuseException("Effect " + key + " has a result of type '" + done.type()
                    + "' in table taskqueue_applied, but type '" + tag + "' (" + type.getTypeName()
                    + ") was asked for. A recorded result never changes: ask for the recorded type, or give the effect "
                    + "another name.");
        }
        return read(key, tag, done.json(), type);
    }

    private static String written(EffectKey key, String tag, @Nullable Object value) {
        try {
            return ResultJson.write(value);
        } catch (ResultJson.ConversionException unwritable) {
            throw unrecordable(key, tag, "cannot be written as JSON", unwritable);
        }
    }

    private static <R> @Nullable R read(EffectKey key, String tag, String json, Class<R> type) {
        try {
            return ResultJson.read(json, type);
        } catch (ResultJson.ConversionException unreadable) {
            throw unrecordable(key, tag, "cannot be read from its JSON", unreadable);
        }
    }

    private static EffectMisuseException unrecordable(
            EffectKey key, String tag, String problem, ResultJson.ConversionException cause) {
        return new EffectMisuseException(
                "The result of effect " + key + ", of type '" + tag + "', " + problem + ": " + cause.getMessage()
                        + ". Return a record of plain values, or use run() where the result does not matter. Nothing of "
                        + "this run is committed.",
                cause);
    }

    @SuppressWarnings("NullAway") // the result of an effect that has none
    private static Void nothing() {
        return null;
    }

    /** An action on the database, with a result. */
    @FunctionalInterface
    public interface JdbcAction<R> {

        /**
         * Acts.
         *
         * @param connection the transaction's, for this call alone; ending the transaction or closing the connection is
         *     refused with an {@link EffectMisuseException}, and so must be left to this class where the connection is unwrapped.
         *     Savepoints may be used.
         * @param key the same on every run of this effect
         */
        R run(Connection connection, EffectKey key) throws Exception;
    }

    /** An action on the database, without a result. */
    @FunctionalInterface
    public interface JdbcRunnable {

        /** Acts; the parameters are those of {@link JdbcAction#run}. */
        void run(Connection connection, EffectKey key) throws Exception;
    }
}
