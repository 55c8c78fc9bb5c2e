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

/**
 * One table of a database: each call on a connection of its own, each statement its own transaction.
 *
 * <p>Keys are unbounded text, which no index takes: the primary key is the SHA-256 of the key. Names are percent-encoded
 * before they become a key, because PostgreSQL refuses the character NUL in text.
 */
record Database(DataSource dataSource, String table) {

    /** A step on a connection. */
    interface Step<R> {
        R on(Connection connection) throws SQLException;
    }

    Database {
        Objects.requireNonNull(dataSource, "dataSource");
    }

    /** @throws SinkStoreException if the step fails; {@code task} says what for, as in "read checkpoint a/b" */
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

    /** What to throw where the database failed; {@code task} says what for, as in "read checkpoint a/b". */
    SinkStoreException failed(String task, SQLException failure) {
        return new SinkStoreException(
                "Could not " + task + ", table " + table + ": " + failure.getMessage() + " (SQLState "
                        + failure.getSQLState() + "). See that the database is reachable and that the table was "
                        + "made, by createTables() or from " + script() + ".",
                failure);
    }

    /** Runs the table's script, which leaves an existing table as it is. */
    void create() {
        String ddl = ddl();
        try {
            call("make a table", connection -> execute(connection, ddl));
        } catch (SinkStoreException refused) {
            // two at once both see no table, and the database refuses the second one; or this user may make none
            if (!exists()) {
                call("make a table", connection -> execute(connection, ddl));
            }
        }
    }

    private boolean exists() {
        try {
            return call("look for a table", this::isThere);
        } catch (SinkStoreException missing) {
            return false;
        }
    }

    private boolean isThere(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet none = statement.executeQuery("SELECT 1 FROM " + table + " WHERE 1 = 0")) {
            return !none.next();
        }
    }

    /** Whether the primary key was taken. */
    static boolean isConflict(SQLException failure) {
        return failure.getSQLState() != null && failure.getSQLState().startsWith("23");
    }

    /** Whether the database gave up the statement because another transaction came first. */
    static boolean isSerializationFailure(SQLException failure) {
        return "40001".equals(failure.getSQLState());
    }

    /** The names as one text, that has no NUL and from which they can be told. */
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
            throw new IllegalStateException("Every Java platform has SHA-256, but this one has not.", impossible);
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
        try (InputStream script = Database.class.getResourceAsStream("/" + script())) {
            return new String(Objects.requireNonNull(script, script()).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
