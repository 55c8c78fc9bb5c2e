package io.taskqueue.benchmarks.jdbc;

import io.taskqueue.benchmarks.broker.PostgresProcess;
import io.taskqueue.benchmarks.calls.CallRates;
import io.taskqueue.benchmarks.calls.CalledTarget;
import io.taskqueue.benchmarks.measure.Stopwatch;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

/** A table of PostgreSQL into which each call writes a row; the database sets the time of each. For one thread. */
public final class JdbcTarget implements CalledTarget, AutoCloseable {

    /** The statement of the sink, which writes an event. */
    public static final String STATEMENT = "INSERT INTO task_log (queue, epoch, sequence, kind, value)"
            + " VALUES (:queueName, :sourceEpoch, :sequenceNumber, :kind, :value)";

    /** The same statement for a driver. */
    static final String SQL = "INSERT INTO task_log (queue, epoch, sequence, kind, value) VALUES (?, ?, ?, ?, ?)";

    private static final Duration LOOK = Duration.ofMillis(5);

    private final PostgresProcess postgres;
    private final Connection connection;

    private JdbcTarget(PostgresProcess postgres, Connection connection) {
        this.postgres = postgres;
        this.connection = connection;
    }

    /** @param postgres not closed here */
    public static JdbcTarget create(PostgresProcess postgres) throws SQLException {
        Connection connection = DriverManager.getConnection(postgres.url());
        try (Statement statement = connection.createStatement()) {
            statement.execute(
                    "CREATE TABLE task_log (queue text NOT NULL, epoch bigint NOT NULL, sequence bigint NOT NULL,"
                            + " kind text NOT NULL, value text, written_at timestamptz NOT NULL DEFAULT clock_timestamp(),"
                            + " PRIMARY KEY (queue, epoch, sequence))");
            // the sink creates it as well; threads that record by hand find it before
            statement.execute("CREATE TABLE applied_by_hand (effect_key text PRIMARY KEY, result text NOT NULL)");
        }
        return new JdbcTarget(postgres, connection);
    }

    /** The URL of the database, with the user. */
    public String url() {
        return postgres.url();
    }

    @Override
    public void awaitFirst() throws SQLException, InterruptedException {
        try (Statement statement = connection.createStatement()) {
            while (true) {
                try (ResultSet row = statement.executeQuery("SELECT 1 FROM task_log LIMIT 1")) {
                    if (row.next()) {
                        return;
                    }
                }
                Stopwatch.pause(LOOK);
            }
        }
    }

    @Override
    public CallRates report(int expected) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            long rows;
            int last;
            try (ResultSet row = statement.executeQuery(
                    "SELECT count(*), floor(10 * extract(epoch FROM max(written_at) - min(written_at)))::int FROM task_log")) {
                row.next();
                rows = row.getLong(1);
                last = row.getInt(2);
            }
            if (rows != expected) {
                throw new IllegalStateException(
                        "The table was to have " + expected + " rows, one for each call, but has " + rows + ".");
            }
            List<Integer> tenths = new ArrayList<>(Collections.nCopies(last + 1, 0));
            try (ResultSet row = statement.executeQuery(
                    "SELECT floor(10 * extract(epoch FROM written_at - (SELECT min(written_at) FROM task_log)))::int, count(*)"
                            + " FROM task_log GROUP BY 1")) {
                while (row.next()) {
                    tenths.set(row.getInt(1), row.getInt(2));
                }
            }
            statement.execute("TRUNCATE task_log, applied_by_hand");
            statement.execute("DROP TABLE IF EXISTS taskqueue_applied");
            statement.execute("CHECKPOINT");
            return CallRates.of(tenths.stream().map(String::valueOf).collect(Collectors.joining(",")));
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
