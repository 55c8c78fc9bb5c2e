package io.taskqueue.sink.jdbc;

import io.taskqueue.event.PercentEncoding;
import io.taskqueue.sink.store.SinkStoreException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HexFormat;
import java.util.Objects;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One table of a database: each call uses its own connection, and each statement is its own transaction. Thread-safe.
 *
 * <p>Keys are texts of any length, which cannot be indexed: the primary key is the SHA-256 of the key. Names are
 * percent-encoded before they become part of a key, because PostgreSQL does not accept the character NUL in text.
 */
record DatabaseTable(DataSource dataSource, String table) {

    private static final Logger LOG = LoggerFactory.getLogger(DatabaseTable.class);

    /** A step on a connection. */
    interface Step<R> {
        R on(Connection connection) throws SQLException;
    }

    DatabaseTable {
        Objects.requireNonNull(dataSource, "dataSource");
    }

    /**
     * Calls a step on a connection in auto-commit mode.
     *
     * @param task what the step does, for the message of a failure, as in "read checkpoint a/b"
     * @throws SinkStoreException if the step fails
     */
    <R> R call(String task, Step<R> step) {
        try (Connection connection = dataSource.getConnection()) {
            boolean autoCommit = connection.getAutoCommit();
            connection.setAutoCommit(true);
            try {
                return step.on(connection);
            } finally {
                connection.setAutoCommit(autoCommit);
            }
        } catch (SQLException failure) {
            throw failed(task, failure);
        }
    }

    /** The exception to throw if the database fails. */
    SinkStoreException failed(String task, SQLException failure) {
        return new SinkStoreException(
                "Could not " + task + ", table " + table + ": " + failure.getMessage() + " (SQLState "
                        + failure.getSQLState() + "). Check that the database is reachable and that the table "
                        + "was created, by createTables() or from " + script() + ".",
                failure);
    }

    /** Runs the table's script, which does not change an existing table. */
    void create() {
        String ddl = ddl();
        try {
            call("create the table", connection -> execute(connection, ddl));
        } catch (SinkStoreException refused) {
            // of two concurrent calls that see no table the database refuses one; or the user may not create tables
            if (!exists()) {
                call("create the table", connection -> execute(connection, ddl));
            }
        }
    }

    /**
     * Adds a column if the table has none of that name.
     *
     * @param ddl adds it
     * @return whether the table has it now; if not, the statement is logged
     */
    boolean addColumn(String column, String ddl) {
        if (has(column)) {
            return true;
        }
        try {
            call("add column " + column, connection -> execute(connection, ddl));
            return true;
        } catch (SinkStoreException refused) {
            if (has(column)) {
                return true; // a concurrent call added it
            }
            LOG.warn(
                    "Table {} was created by an older version and has no column {}, and the database did not add it: {}. Have a "
                            + "user who may alter the table run: {}",
                    table,
                    column,
                    String.valueOf(refused.getMessage()),
                    ddl);
            return false;
        }
    }

    boolean has(String column) {
        try {
            return call("look for column " + column, connection -> canBeRead(connection, column));
        } catch (SinkStoreException missing) {
            return false;
        }
    }

    private boolean exists() {
        try {
            return call("look for the table", connection -> canBeRead(connection, "1"));
        } catch (SinkStoreException missing) {
            return false;
        }
    }

    private boolean canBeRead(Connection connection, String column) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet none = statement.executeQuery("SELECT " + column + " FROM " + table + " WHERE 1 = 0")) {
            return !none.next();
        }
    }

    /** Whether a row with the primary key exists. */
    static boolean isConflict(SQLException failure) {
        return failure.getSQLState() != null && failure.getSQLState().startsWith("23");
    }

    /** Whether the statement names a table or a column that does not exist, or is not permitted. */
    static boolean isUnknownName(SQLException failure) {
        return failure.getSQLState() != null && failure.getSQLState().startsWith("42");
    }

    /** Whether the database aborted the statement because of a concurrent transaction. */
    static boolean isSerializationFailure(SQLException failure) {
        return "40001".equals(failure.getSQLState());
    }

    /** The names as one text without NUL; different names have different texts. */
    static String key(String... names) {
        StringBuilder key = new StringBuilder();
        for (String name : names) {
            key.append(key.isEmpty() ? "" : "/").append(PercentEncoding.encode(name));
        }
        return key.toString();
    }

    static String hash(String key) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(sha256.digest(key.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("Every Java platform supports SHA-256, but this one does not.", impossible);
        }
    }

    private static int execute(Connection connection, String ddl) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return statement.executeUpdate(ddl);
        }
    }

    private String script() {
        return "io/taskqueue/sink/jdbc/" + table + ".sql";
    }

    private String ddl() {
        try (InputStream script = DatabaseTable.class.getResourceAsStream("/" + script())) {
            return new String(Objects.requireNonNull(script, script()).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
