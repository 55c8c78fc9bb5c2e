package io.taskqueue.sink.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

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

    /** If this throws, the transaction may or may not have been committed: only the database can tell. */
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
            // enabling auto-commit would commit the work that could not be rolled back
            connection.abort(Runnable::run);
            throw failure;
        }
    }
}
