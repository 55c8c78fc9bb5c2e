package io.taskqueue.sink.jdbc;

import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.effect.ResultJson;
import io.taskqueue.sink.store.EffectResult;
import io.taskqueue.sink.store.EffectStore;
import io.taskqueue.sink.store.SinkStoreException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * Results and intents in the table {@code taskqueue_effect} of a database: one row for each effect, kept until you delete it.
 *
 * <p>Standard SQL, tested on PostgreSQL. Thread-safe, also between processes: of two results for one key, the primary key
 * admits one. Each call takes one connection from the data source and releases it; use a pool. Create the table once, by
 * {@link #createTables()} or from the script {@code io/taskqueue/sink/jdbc/taskqueue_effect.sql} on the class path.
 */
public final class JdbcEffectStore implements EffectStore {

    private static final String FIND = "SELECT outcome, result_type, result FROM taskqueue_effect WHERE key_hash = ?";
    private static final String RECORD =
            "INSERT INTO taskqueue_effect (key_hash, effect_key, outcome, result_type, result) VALUES (?, ?, ?, ?, ?)";

    private static final String REPLACE_INTENT =
            "UPDATE taskqueue_effect SET outcome = ?, result_type = ?, result = ? WHERE key_hash = ? AND outcome = "
                    + "'intended'";
    private static final String WITHDRAW = "DELETE FROM taskqueue_effect WHERE key_hash = ? AND outcome = 'intended'";

    private static final String DONE = "done";
    private static final String FAILED = "failed";
    private static final String INTENDED = "intended";

    private final DatabaseTable table;

    public JdbcEffectStore(DataSource dataSource) {
        this.table = new DatabaseTable(dataSource, "taskqueue_effect");
    }

    /**
     * Creates the table if it does not exist.
     *
     * @throws SinkStoreException if the database cannot be reached or refuses
     */
    public void createTables() {
        table.create();
    }

    @Override
    public Optional<EffectResult> find(EffectKey key) {
        return table.call("look for effect " + key, connection -> select(connection, key));
    }

    @Override
    public EffectResult record(EffectKey key, EffectResult result) {
        return table.call("record effect " + key, connection -> {
            if (replaceIntent(connection, key, result)) {
                return result;
            }
            try {
                insert(connection, key, result);
                return result;
            } catch (SQLException failure) {
                if (!DatabaseTable.isConflict(failure)) {
                    throw failure;
                }
                return select(connection, key).orElseThrow(() -> failure);
            }
        });
    }

    @Override
    public boolean intend(EffectKey key) {
        return table.call("record the intent of effect " + key, connection -> {
            try {
                insert(connection, key, INTENDED, "", "");
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

    /** Replaces an intent by the result; false if there is no intent. */
    private static boolean replaceIntent(Connection connection, EffectKey key, EffectResult result)
            throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(REPLACE_INTENT)) {
            Row row = Row.of(result);
            update.setString(1, row.outcome());
            update.setString(2, row.type());
            update.setString(3, row.result());
            update.setString(4, DatabaseTable.hash(key.toString()));
            return update.executeUpdate() > 0;
        }
    }

    private static void insert(Connection connection, EffectKey key, EffectResult result) throws SQLException {
        Row row = Row.of(result);
        insert(connection, key, row.outcome(), row.type(), row.result());
    }

    private static void insert(Connection connection, EffectKey key, String outcome, String type, String result)
            throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(RECORD)) {
            insert.setString(1, DatabaseTable.hash(key.toString()));
            insert.setString(2, key.toString());
            insert.setString(3, outcome);
            insert.setString(4, type);
            insert.setString(5, result);
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
                return row.next() && !row.getString(1).equals(INTENDED) ? Optional.of(result(row)) : Optional.empty();
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
