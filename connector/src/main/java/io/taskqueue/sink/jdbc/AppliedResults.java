package io.taskqueue.sink.jdbc;

import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.EffectMisuseException;
import io.taskqueue.sink.store.EffectResult;
import io.taskqueue.sink.store.SinkStoreException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * The table {@code taskqueue_applied}: the results of effects whose actions ran in the same database. Thread-safe.
 *
 * <pre>
 *   transaction: claim(key) --exists--> false: the effect was applied before; roll the transaction back
 *                    |
 *                    +--> true: other claims of the key wait --> the action --> record(key, result) --> commit
 *
 *   or, where the action may be rolled back although it was applied before:   the action --> claim(key, result) --> commit
 * </pre>
 */
final class AppliedResults {

    private static final String CLAIM =
            "INSERT INTO taskqueue_applied (key_hash, effect_key, result_type, result, recorded_at)"
                    + " VALUES (?, ?, ?, ?, CURRENT_TIMESTAMP)";
    private static final String RECORD = "UPDATE taskqueue_applied SET result = ? WHERE key_hash = ?";
    private static final String FIND = "SELECT result_type, result FROM taskqueue_applied WHERE key_hash = ?";
    private static final String DELETE = "DELETE FROM taskqueue_applied WHERE recorded_at < ?";

    /** The transaction accepts only a rollback, because an earlier statement failed. */
    private static final String ABORTED = "25P02";

    static final String TABLE = "taskqueue_applied";

    private final DatabaseTable table;

    AppliedResults(DataSource dataSource) {
        this.table = new DatabaseTable(dataSource, TABLE);
    }

    void create() {
        table.create();
    }

    Transaction begin(EffectKey key) {
        try {
            return Transaction.begin(table.dataSource());
        } catch (SQLException failure) {
            throw table.failed("begin the transaction of effect " + key, failure);
        }
    }

    /** Inserts the key with a result, or returns false if it exists; waits for the end of a concurrent transaction that inserted it. */
    boolean claim(Connection connection, EffectKey key, String tag, String json) {
        try (PreparedStatement insert = connection.prepareStatement(CLAIM)) {
            insert.setString(1, DatabaseTable.hash(key.toString()));
            insert.setString(2, key.toString());
            insert.setString(3, tag);
            insert.setString(4, json);
            insert.executeUpdate();
            return true;
        } catch (SQLException failure) {
            if (DatabaseTable.isConflict(failure)) {
                return false;
            }
            throw table.failed("claim effect " + key, failure);
        }
    }

    /** @throws EffectMisuseException if the claim no longer exists */
    void record(Connection connection, EffectKey key, String json) {
        try (PreparedStatement update = connection.prepareStatement(RECORD)) {
            update.setString(1, json);
            update.setString(2, DatabaseTable.hash(key.toString()));
            if (update.executeUpdate() != 1) {
                throw new EffectMisuseException("The action of effect " + key
                        + " ended its transaction: the key that was inserted in it no longer exists. Remove COMMIT and "
                        + "ROLLBACK from the action's statements; throw an exception to roll back.");
            }
        } catch (SQLException failure) {
            if (ABORTED.equals(failure.getSQLState())) {
                throw new SinkStoreException(
                        "A statement of effect " + key + " failed, its action caught the exception, and the database "
                                + "accepts no further statement in this transaction. Throw from the action, or roll "
                                + "back "
                                + "to a savepoint.",
                        failure);
            }
            throw table.failed("record effect " + key, failure);
        }
    }

    Optional<EffectResult.Done> find(EffectKey key) {
        return table.call("look for effect " + key, connection -> {
            try (PreparedStatement select = connection.prepareStatement(FIND)) {
                select.setString(1, DatabaseTable.hash(key.toString()));
                try (ResultSet row = select.executeQuery()) {
                    return row.next()
                            ? Optional.of(new EffectResult.Done(row.getString(1), row.getString(2)))
                            : Optional.empty();
                }
            }
        });
    }

    int deleteOlderThan(Instant instant) {
        return table.call("delete what is older than " + instant, connection -> {
            try (PreparedStatement delete = connection.prepareStatement(DELETE)) {
                delete.setObject(1, instant.atOffset(ZoneOffset.UTC));
                return delete.executeUpdate();
            }
        });
    }
}
