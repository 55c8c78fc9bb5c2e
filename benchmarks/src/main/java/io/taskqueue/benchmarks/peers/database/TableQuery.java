package io.taskqueue.benchmarks.peers.database;

import io.taskqueue.benchmarks.measure.Stopwatch;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import javax.sql.DataSource;

/** Statements that contenders share. */
public final class TableQuery {

    private static final Duration PAUSE = Duration.ofMillis(20);
    private static final Duration TIMEOUT = Duration.ofMinutes(2);

    private TableQuery() {}

    public static void execute(DataSource database, String sql) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Returns when a count has a value. */
    public static void awaitCount(DataSource database, String sql, long expected)
            throws SQLException, InterruptedException {
        Stopwatch waited = new Stopwatch();
        long count = count(database, sql);
        while (count != expected) {
            if (waited.elapsed().compareTo(TIMEOUT) > 0) {
                throw new IllegalStateException("Waited " + TIMEOUT.toSeconds() + " s until '" + sql + "' is "
                        + expected + ", but it is " + count + ".");
            }
            Stopwatch.pause(PAUSE);
            count = count(database, sql);
        }
    }

    private static long count(DataSource database, String sql) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(sql)) {
            found.next();
            return found.getLong(1);
        }
    }
}
