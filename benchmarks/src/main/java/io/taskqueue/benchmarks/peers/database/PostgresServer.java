package io.taskqueue.benchmarks.peers.database;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.taskqueue.benchmarks.broker.PostgresProcess;
import io.taskqueue.benchmarks.peers.contender.TaskServer;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** PostgreSQL. Each place is a database of its own there, which {@link #clear} drops. */
public final class PostgresServer implements TaskServer, AutoCloseable {

    /** A connection for each of 64 workers, and some for enqueueing and polling. */
    private static final int CONNECTIONS = 72;

    private final Usage usage;
    private final String url;
    private final HikariDataSource administration;

    /** The CPU time that the server has used, in microseconds. */
    @FunctionalInterface
    interface Usage {
        double cpuMicros() throws IOException;
    }

    private PostgresServer(Usage usage, String url) {
        this.usage = usage;
        this.url = url;
        this.administration = pool(url, 1);
    }

    /** The server of the process that started it. */
    public static PostgresServer of(PostgresProcess process) {
        return new PostgresServer(process::cpuMicros, process.url());
    }

    /** The server as a child process sees it, which does not measure. */
    public static PostgresServer of(String url) {
        return new PostgresServer(() -> 0, url);
    }

    private static HikariDataSource pool(String url, int connections) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setMaximumPoolSize(connections);
        return new HikariDataSource(config);
    }

    public String url() {
        return url;
    }

    /** Its version and what differs from its defaults. */
    public String description() {
        return "PostgreSQL " + text("show server_version") + " with fsync and synchronous_commit on, "
                + PostgresProcess.SETTINGS + ".";
    }

    /**
     * Opens the database of a place.
     *
     * @param existing whether it exists
     */
    public HikariDataSource open(String place, boolean existing) throws SQLException {
        if (!existing) {
            execute("create database " + place);
        }
        return pool(url.replace("/postgres?", "/" + place + "?"), CONNECTIONS);
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = administration.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public double cpuMicros() throws IOException {
        return usage.cpuMicros();
    }

    /** Its write-ahead log, and the databases of all places. */
    @Override
    public long bytes() {
        return Long.parseLong(text("select (pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')"
                + " + (select sum(pg_database_size(oid)) from pg_database))::bigint"));
    }

    private String text(String sql) {
        try (Connection connection = administration.getConnection();
                Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(sql)) {
            found.next();
            return found.getString(1);
        } catch (SQLException e) {
            throw new IllegalStateException("The database did not answer '" + sql + "'.", e);
        }
    }

    @Override
    public void clear() throws SQLException {
        String names =
                text("select coalesce(string_agg(datname, ','), '') from pg_database where datname like 'place%'");
        if (!names.isEmpty()) {
            for (String name : names.split(",", -1)) {
                execute("drop database " + name + " with (force)");
            }
        }
        execute("checkpoint");
    }

    @Override
    public void close() {
        administration.close();
    }
}
