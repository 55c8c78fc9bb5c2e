package io.taskqueue.sink.jdbc;

import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.EffectMisuseException;
import io.taskqueue.sink.effect.ResultJson;
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
 * The table {@code taskqueue_applied}: the results of effects that were applied in the same database.
 *
 * <pre>
 *   transaction: claim(key) --taken--> false: someone has applied it; the transaction is of no more use
 *                    |
 *                    +--> true: whoever else claims the key waits --> the action --> record(key, result) --> commit
 * </pre>
 */
final class AppliedResults {

    private static final String CLAIM =
            "INSERT INTO taskqueue_applied (key_hash, effect_key, result_type, result, recorded_at)"
                    + " VALUES (?, ?, ?, ?, CURRENT_TIMESTAMP)";
    private static final String RECORD = "UPDATE taskqueue_applied SET result = ? WHERE key_hash = ?";
    private static final String FIND = "SELECT result_type, result FROM taskqueue_applied WHERE key_hash = ?";
    private static final String DELETE = "DELETE FROM taskqueue_applied WHERE recorded_at < ?";

    /** Only a rollback is taken, because an earlier statement failed. */
    private static final String ABORTED = "25P02";

    static final String TABLE = "taskqueue_applied";

    private final Database database;

    AppliedResults(DataSource dataSource) {
        this.database = new Database(dataSource, TABLE);
    }

    void create() {
        database.create();
    }

    Transaction begin(EffectKey key) {
        try {
            return Transaction.begin(database.dataSource());
        } catch (SQLException failure) {
            throw database.failed("begin the transaction of effect " + key, failure);
        }
    }

    /** Makes the key this transaction's, or says that it is another's; waits while another has not made up its mind. */
    boolean claim(Connection connection, EffectKey key, String tag) {
        try (PreparedStatement insert = connection.prepareStatement(CLAIM)) {
            insert.setString(1, Database.hash(key.toString()));
            insert.setString(2, key.toString());
            insert.setString(3, tag);
            insert.setString(4, ResultJson.NULL);
            insert.executeUpdate();
            return true;
        } catch (SQLException failure) {
            if (Database.isConflict(failure)) {
                return false;
            }
            throw database.failed("claim effect " + key, failure);
        }
    }

    /** @throws EffectMisuseException if the claim is gone */
    void record(Connection connection, EffectKey key, String json) {
        try (PreparedStatement update = connection.prepareStatement(RECORD)) {
            update.setString(1, json);
            update.setString(2, Database.hash(key.toString()));
            if (update.executeUpdate() != 1) {
                throw new EffectMisuseException("The action of effect " + key
                        + " ended the transaction that it was run in: the key that was claimed in it is gone. Leave "
                        + "COMMIT and ROLLBACK out of its statements; throw an exception to roll back.");
            }
        } catch (SQLException failure) {
            if (ABORTED.equals(failure.getSQLState())) {
                throw new SinkStoreException(
                        "A statement of effect " + key + " failed, its action kept that to itself, and the database "
                                + "takes nothing more in this transaction. Let the action throw, or go back to a "
                                + "savepoint.",
                        failure);
            }
            throw database.failed("record effect " + key, failure);
        }
    }

    Optional<EffectResult.Done> find(EffectKey key) {
        return database.call("look for effect " + key, connection -> {
            try (PreparedStatement select = connection.prepareStatement(FIND)) {
                select.setString(1, Database.hash(key.toString()));
                try (ResultSet row = select.executeQuery()) {
                    return row.next()
                            ? Optional.of(new EffectResult.Done(row.getString(1), row.getString(2)))
                            : Optional.empty();
                }
            }
        });
    }

    int deleteOlderThan(Instant instant) {
        return database.call("delete what is older than " + instant, connection -> {
            try (PreparedStatement delete = connection.prepareStatement(DELETE)) {
                delete.setObject(1, instant.atOffset(ZoneOffset.UTC));
                return delete.executeUpdate();
            }
        });
    }
}
