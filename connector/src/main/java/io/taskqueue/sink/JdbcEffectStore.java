package io.taskqueue.sink;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * Results in the table {@code taskqueue_effect} of a database: a row an effect, kept until you delete it.
 *
 * <p>Standard SQL, tested on PostgreSQL. Thread-safe, also between processes: of two results for one key the primary key lets
 * one in. Each call takes a connection from the data source and gives it back; use a pool. Make the table once, by
 * {@link #createTables()} or from the script {@code io/taskqueue/sink/taskqueue_effect.sql} on the class path.
 */
public final class JdbcEffectStore implements EffectStore {

    private static final String FIND = "SELECT outcome, result_type, result FROM taskqueue_effect WHERE key_hash = ?";
    private static final String RECORD =
            "INSERT INTO taskqueue_effect (key_hash, effect_key, outcome, result_type, result) VALUES (?, ?, ?, ?, ?)";

    private static final String DONE = "done";
    private static final String FAILED = "failed";

    private final Database database;

    public JdbcEffectStore(DataSource dataSource) {
        this.database = new Database(dataSource, "taskqueue_effect");
    }

    /**
     * Makes the table where there is none.
     *
     * @throws SinkStoreException if the database does not answer or refuses
     */
    public void createTables() {
        database.create();
    }

    @Override
    public Optional<EffectResult> find(EffectKey key) {
        return database.call("look for effect " + key, connection -> select(connection, key));
    }

    @Override
    public EffectResult record(EffectKey key, EffectResult result) {
        return database.call("record effect " + key, connection -> {
            try {
                insert(connection, key, result);
                return result;
            } catch (SQLException failure) {
                if (!Database.isConflict(failure)) {
                    throw failure;
                }
                return select(connection, key).orElseThrow(() -> failure);
            }
        });
    }

    private static void insert(Connection connection, EffectKey key, EffectResult result) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(RECORD)) {
            insert.setString(1, Database.hash(key.toString()));
            insert.setString(2, key.toString());
            if (result instanceof EffectResult.Done done) {
                insert.setString(3, DONE);
                insert.setString(4, done.type());
                insert.setString(5, done.json());
            } else {
                insert.setString(3, FAILED);
                insert.setString(4, "");
                insert.setString(5, ResultJson.writeError(((EffectResult.Failed) result).error()));
            }
            insert.executeUpdate();
        }
    }

    private static Optional<EffectResult> select(Connection connection, EffectKey key) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(FIND)) {
            select.setString(1, Database.hash(key.toString()));
            try (ResultSet row = select.executeQuery()) {
                return row.next() ? Optional.of(result(row)) : Optional.empty();
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
        } catch (JsonProcessingException unreadable) {
            throw new SQLException(
                    "The recorded failure is no error as JSON: " + ResultJson.reason(unreadable), unreadable);
        }
    }
}
