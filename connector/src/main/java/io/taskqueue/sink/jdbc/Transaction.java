package io.taskqueue.sink.jdbc;

import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.UnknownOutcomeException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Set;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One transaction on its own connection. Not thread-safe.
 *
 * <pre>
 *   begin --> open --commit--> committed --close--> connection released in its original auto-commit mode
 *              |                                      ^
 *              +------------ close: rolled back ------+
 *                                   or, if that fails, the connection is aborted
 * </pre>
 */
final class Transaction implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Transaction.class);

    /** Classes of SQLStates with which a database refuses a commit: data, constraints, transaction state, rollback, check option. */
    private static final Set<String> REFUSED = Set.of("22", "23", "25", "40", "44");

    private static final String COMPLETION_UNKNOWN = "40003";

    private final Connection connection;
    private final boolean autoCommit;
    private boolean committed;

    private Transaction(Connection connection, boolean autoCommit) {
        this.connection = connection;
        this.autoCommit = autoCommit;
    }

    static Transaction begin(DataSource dataSource) throws SQLException {
        Connection connection = dataSource.getConnection();
        try {
            boolean autoCommit = connection.getAutoCommit();
            connection.setAutoCommit(false);
            return new Transaction(connection, autoCommit);
        } catch (Throwable failure) {
            try (connection) {
                throw failure;
            }
        }
    }

    Connection connection() {
        return connection;
    }

    /**
     * Commits.
     *
     * @throws SQLException if the database refused, so that nothing is committed
     * @throws UnknownOutcomeException if the database did not answer; only its tables can tell
     */
    void commit(EffectKey key) throws SQLException, UnknownOutcomeException {
        try {
            connection.commit();
        } catch (SQLException failure) {
            if (REFUSED.contains(stateClass(failure)) && !COMPLETION_UNKNOWN.equals(failure.getSQLState())) {
                throw failure;
            }
            throw new UnknownOutcomeException(
                    "The database did not confirm the commit of effect " + key + ": " + failure.getMessage()
                            + " (SQLState " + failure.getSQLState() + "). If it was committed, its result is in table "
                            + AppliedResults.TABLE
                            + ", where the next attempt finds it; otherwise the effect runs then.",
                    failure);
        }
        committed = true;
    }

    @Override
    public void close() throws SQLException {
        if (committed) {
            closeCommitted();
            return;
        }
        try (connection) {
            rollBack();
            connection.setAutoCommit(autoCommit);
        }
    }

    /** Whatever fails now is a failure of the connection, and not of what is committed. */
    private void closeCommitted() {
        try (connection) {
            try {
                connection.setAutoCommit(autoCommit);
            } catch (SQLException failure) {
                connection.abort(Runnable::run); // never released in another mode
                throw failure;
            }
        } catch (SQLException failure) {
            LOG.warn("A connection could not be released after the commit of an effect: {}", failure.toString());
        }
    }

    private static String stateClass(SQLException failure) {
        String state = failure.getSQLState();
        return state == null || state.length() < 2 ? "" : state.substring(0, 2);
    }

    private void rollBack() throws SQLException {
        try {
            connection.rollback();
        } catch (Throwable failure) {
            // enabling auto-commit would commit the work that could not be rolled back
            connection.abort(Runnable::run);
            throw failure;
        }
    }
}
