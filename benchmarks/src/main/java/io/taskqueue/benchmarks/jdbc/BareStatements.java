package io.taskqueue.benchmarks.jdbc;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The main class of a process of bare threads, which run the statement one after the other: WAY URL CALLS THREADS POOL.
 *
 * <pre>
 *   statement   the statement alone, in auto-commit mode
 *   recorded    a row with the key of the call and the statement, in one transaction
 * </pre>
 */
public final class BareStatements {

    private static final String RECORD = "INSERT INTO applied_by_hand (effect_key, result) VALUES (?, '1')";
    private static final String PAYLOAD = "\"" + "x".repeat(100) + "\"";

    private BareStatements() {}

    public static void main(String[] arguments) throws Exception {
        boolean recorded = arguments[0].equals("recorded");
        int calls = Integer.parseInt(arguments[2]);
        int threads = Integer.parseInt(arguments[3]);
        try (HikariDataSource pool = new HikariDataSource()) {
            pool.setJdbcUrl(arguments[1]);
            pool.setMaximumPoolSize(Integer.parseInt(arguments[4]));
            AtomicInteger next = new AtomicInteger();
            ExecutorService workers = Executors.newFixedThreadPool(threads);
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                all.add(workers.submit(() -> {
                    for (int call = next.incrementAndGet(); call <= calls; call = next.incrementAndGet()) {
                        write(pool, call, recorded);
                    }
                    return null;
                }));
            }
            for (Future<?> thread : all) {
                thread.get();
            }
        }
        System.exit(0);
    }

    private static void write(HikariDataSource pool, int call, boolean recorded) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            if (!recorded) {
                write(connection, call);
                return;
            }
            connection.setAutoCommit(false);
            try (PreparedStatement record = connection.prepareStatement(RECORD)) {
                record.setString(1, "bare/0/queue-0/1/" + call + "/statement");
                record.executeUpdate();
            }
            write(connection, call);
            connection.commit();
            connection.setAutoCommit(true);
        }
    }

    private static void write(Connection connection, int call) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(JdbcTarget.SQL)) {
            insert.setString(1, "queue-0");
            insert.setLong(2, 1);
            insert.setLong(3, call);
            insert.setString(4, "Enqueued");
            insert.setString(5, PAYLOAD);
            insert.executeUpdate();
        }
    }
}
