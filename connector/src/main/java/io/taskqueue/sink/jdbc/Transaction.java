package io.taskqueue.sink.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/**
 * One transaction on a connection of its own, on one thread.
 *
 * <pre>
 *   begin --> open --commit--> committed --close--> connection given back, as it was
 *              |                                      ^
 *              +------------ close: rolled back ------+
 *                                   or, where that fails, the connection is cut
 * </pre>
 */
final class Transaction implements AutoCloseable {

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

    /** Where this throws, the transaction may have committed all the same: ask the database. */
    void commit() throws SQLException {
        connection.commit();
        committed = true;
    }

    @Override
    public void close() throws SQLException {
        try (connection) {
            if (!committed) {
                rollBack();
            }
            connection.setAutoCommit(autoCommit);
        }
    }

    private void rollBack() throws SQLException {
        try {
            connection.rollback();
        } catch (Throwable failure) {
            // switching auto-commit on would commit what could not be rolled back
            connection.abort(Runnable::run);
            throw failure;
        }
    }
}
