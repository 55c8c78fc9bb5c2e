package io.taskqueue.sink.jdbc;

import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.effect.ResultJson;
import io.taskqueue.sink.store.EffectResult;
import io.taskqueue.sink.store.EffectStore;
import io.taskqueue.sink.store.ResultTooLargeException;
import io.taskqueue.sink.store.SinkStoreException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.OptionalLong;
import javax.sql.DataSource;

/**
 * Results and intents in the table {@code taskqueue_effect} of a database: one row for each effect, kept until you delete it
 * ({@link #deleteOlderThan}).
 *
 * <p>Standard SQL, tested on PostgreSQL. Thread-safe, also between processes: of two results for one key, the primary key
 * admits one. Each call takes one connection from the data source and releases it; use a pool. Create the table once, by
 * {@link #createTables()} or from the script {@code io/taskqueue/sink/jdbc/taskqueue_effect.sql} on the class path. A table that an
 * older version created, without the column {@code recorded_at}, can be used, except by {@link #deleteOlderThan};
 * {@link #createTables()} adds the column.
 */
public final class JdbcEffectStore implements EffectStore {

    private static final String FIND = "SELECT outcome, result_type, result FROM taskqueue_effect WHERE key_hash = ?";
    private static final String RECORD =
            "INSERT INTO taskqueue_effect (key_hash, effect_key, outcome, result_type, result) VALUES (?, ?, ?, ?, ?)";

    private static final String REPLACE_INTENT =
            "UPDATE taskqueue_effect SET outcome = ?, result_type = ?, result = ?%s WHERE key_hash = ? AND outcome = "
                    + "'intended'";
    private static final String REPLACE_INTENT_NOW = REPLACE_INTENT.formatted(", recorded_at = CURRENT_TIMESTAMP");
    private static final String REPLACE_INTENT_WITHOUT_TIME = REPLACE_INTENT.formatted("");
    private static final String DELETE = "DELETE FROM taskqueue_effect WHERE recorded_at < ? AND outcome <> 'intended'";
    private static final String ADD_TIME =
            "ALTER TABLE taskqueue_effect ADD COLUMN recorded_at TIMESTAMP WITH TIME ZONE DEFAULT CURRENT_TIMESTAMP NOT NULL";
    private static final String WITHDRAW = "DELETE FROM taskqueue_effect WHERE key_hash = ? AND outcome = 'intended'";

    private static final String DONE = "done";
    private static final String FAILED = "failed";
    private static final String INTENDED = "intended";

    /** SQLState: a text is longer than its column takes. */
    private static final String TOO_LONG = "22001";

    /** Class of SQLStates: a limit of the database. */
    private static final String LIMIT_EXCEEDED = "54";

    private final DatabaseTable table;

    /** Whether the table has the column recorded_at, as far as is known. */
    private volatile boolean timed = true;

    public JdbcEffectStore(DataSource dataSource) {
        this.table = new DatabaseTable(dataSource, "taskqueue_effect");
    }

    /**
     * Creates the table if it does not exist, and adds what a table of an older version lacks: its rows then count as recorded now. If
     * the database refuses the addition, the statement is logged, for a user who may alter the table.
     *
     * @throws SinkStoreException if the database cannot be reached or does not create the table
     */
    public void createTables() {
        table.create();
        timed = table.addColumn("recorded_at", ADD_TIME);
    }

    /**
     * Deletes the results that were recorded before an instant. Intents stay, because they need a decision.
     *
     * <p>A result is needed as long as its event may be passed to a runner again: until the checkpoint has passed it and, if you
     * replay, as long as you replay its event. An effect whose result was deleted runs again if its event is applied again, and a
     * replay counts it as missing.
     *
     * @return the number of deleted rows
     * @throws SinkStoreException if the database cannot be reached or refuses
     */
    public int deleteOlderThan(Instant instant) {
        String task = "delete what is older than " + instant;
        if (!table.has("recorded_at") && table.has("outcome")) {
            throw new SinkStoreException(
                    "Could not " + task + ", table taskqueue_effect: the table was created by an older "
                            + "version and has no column recorded_at. Add it, by createTables() or as in "
                            + "io/taskqueue/sink/jdbc/taskqueue_effect.sql.");
        }
        return table.call(task, connection -> {
            try (PreparedStatement delete = connection.prepareStatement(DELETE)) {
                delete.setObject(1, instant.atOffset(ZoneOffset.UTC));
                return delete.executeUpdate();
            }
        });
    }

    @Override
    public Optional<EffectResult> find(EffectKey key) {
        return table.call("look for effect " + key, connection -> select(connection, key));
    }

    @Override
    public EffectResult record(EffectKey key, EffectResult result) {
        return table.call("record effect " + key, connection -> {
            try {
                return replaceIntentOrInsert(connection, key, result);
            } catch (SQLException failure) {
                if (!isTooLarge(failure)) {
                    throw failure;
                }
                return recordTooLarge(connection, key, result);
            }
        });
    }

    private EffectResult replaceIntentOrInsert(Connection connection, EffectKey key, EffectResult result)
            throws SQLException {
        if (replaceIntent(connection, key, Row.of(result))) {
            return result;
        }
        try {
            insert(connection, key, Row.of(result));
            return result;
        } catch (SQLException failure) {
            if (!DatabaseTable.isConflict(failure)) {
                throw failure;
            }
            return select(connection, key).orElseThrow(() -> failure);
        }
    }

    /** Records that the effect was done, so that its action does not run again, and throws. */
    private EffectResult recordTooLarge(Connection connection, EffectKey key, EffectResult result) throws SQLException {
        int characters = Row.of(result).result().length();
        Row done = new Row(INTENDED, "", String.valueOf(characters));
        if (!replaceIntent(connection, key, done)) {
            insert(connection, key, done);
        }
        throw tooLarge(key, characters);
    }

    private static ResultTooLargeException tooLarge(EffectKey key, long characters) {
        return new ResultTooLargeException(
                key, characters, OptionalLong.empty(), "column result of table taskqueue_effect");
    }

    private static boolean isTooLarge(SQLException failure) {
        String state = String.valueOf(failure.getSQLState());
        return state.equals(TOO_LONG) || state.startsWith(LIMIT_EXCEEDED);
    }

    @Override
    public boolean intend(EffectKey key) {
        return table.call("record the intent of effect " + key, connection -> {
            try {
                insert(connection, key, new Row(INTENDED, "", ""));
                return true;
            } catch (SQLException failure) {
                if (!DatabaseTable.isConflict(failure)) {
                    throw failure;
                }
                return false;
            }
        });
    }

    @Override
    public void withdraw(EffectKey key) {
        table.call("withdraw the intent of effect " + key, connection -> {
            try (PreparedStatement delete = connection.prepareStatement(WITHDRAW)) {
                delete.setString(1, DatabaseTable.hash(key.toString()));
                return delete.executeUpdate();
            }
        });
    }

    /** Replaces the stored intent of an effect by that row; returns false if no intent of it is stored. */
    private boolean replaceIntent(Connection connection, EffectKey key, Row row) throws SQLException {
        if (!timed) {
            return update(connection, REPLACE_INTENT_WITHOUT_TIME, key, row);
        }
        try {
            return update(connection, REPLACE_INTENT_NOW, key, row);
        } catch (SQLException failure) {
            if (!DatabaseTable.isUnknownName(failure)) {
                throw failure;
            }
            boolean replaced = update(connection, REPLACE_INTENT_WITHOUT_TIME, key, row);
            timed = false; // what it does not know is the column
            return replaced;
        }
    }

    private static boolean update(Connection connection, String sql, EffectKey key, Row row) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(sql)) {
            update.setString(1, row.outcome());
            update.setString(2, row.type());
            update.setString(3, row.result());
            update.setString(4, DatabaseTable.hash(key.toString()));
            return update.executeUpdate() > 0;
        }
    }

    private static void insert(Connection connection, EffectKey key, Row row) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(RECORD)) {
            insert.setString(1, DatabaseTable.hash(key.toString()));
            insert.setString(2, key.toString());
            insert.setString(3, row.outcome());
            insert.setString(4, row.type());
            insert.setString(5, row.result());
            insert.executeUpdate();
        }
    }

    /** A result as columns. */
    private record Row(String outcome, String type, String result) {

        static Row of(EffectResult result) {
            return result instanceof EffectResult.Done done
                    ? new Row(DONE, done.type(), done.json())
                    : new Row(FAILED, "", ResultJson.writePlain(((EffectResult.Failed) result).error()));
        }
    }

    private static Optional<EffectResult> select(Connection connection, EffectKey key) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(FIND)) {
            select.setString(1, DatabaseTable.hash(key.toString()));
            try (ResultSet row = select.executeQuery()) {
                if (!row.next()) {
                    return Optional.empty();
                }
                if (!row.getString(1).equals(INTENDED)) {
                    return Optional.of(result(row));
                }
                String characters = row.getString(3);
                if (!characters.isEmpty()) {
                    throw tooLarge(key, Long.parseLong(characters));
                }
                return Optional.empty();
            }
        }
    }

    private static EffectResult result(ResultSet row) throws SQLException {
        String result = row.getString(3);
        if (row.getString(1).equals(DONE)) {
            return new EffectResult.Done(row.getString(2), result);
        }
        try {
            return new EffectResult.Failed(ResultJson.readError(result));
        } catch (ResultJson.ConversionException unreadable) {
            throw new SQLException(
                    "The recorded failure is not an error as JSON: " + unreadable.getMessage(), unreadable);
        }
    }
}
