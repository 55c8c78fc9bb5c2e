package io.taskqueue.sink.jdbc;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/** A real PostgreSQL that the tests of this module share, with queries for them. */
final class PostgresTestServer {

    private PostgresTestServer() {}

    static DataSource dataSource() {
        return Server.POSTGRES.getPostgresDatabase();
    }

    static void execute(String sql) throws SQLException {
        try (Connection connection = dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** The rows of a query, with their columns separated by bars. */
    static List<String> rows(String query) throws SQLException {
        try (Connection connection = dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            List<String> found = new ArrayList<>();
            int columns = rows.getMetaData().getColumnCount();
            while (rows.next()) {
                List<String> row = new ArrayList<>();
                for (int column = 1; column <= columns; column++) {
                    row.add(String.valueOf(rows.getString(column)));
                }
                found.add(String.join("|", row));
            }
            return found;
        }
    }

    static long number(String query) throws SQLException {
        return Long.parseLong(rows(query).get(0));
    }

    /** Replaces a call of a connection. */
    interface Call {
        Object of(Connection connection, String method, Proceed proceed) throws Throwable;
    }

    /** The call itself. */
    interface Proceed {
        Object call() throws Throwable;
    }

    /** Connections whose calls are passed to the test. */
    static DataSource intercepted(Call call) {
        return (DataSource) Proxy.newProxyInstance(
                PostgresTestServer.class.getClassLoader(),
                new Class<?>[] {DataSource.class},
                (proxy, method, arguments) -> {
                    Connection real = dataSource().getConnection();
                    return Proxy.newProxyInstance(
                            PostgresTestServer.class.getClassLoader(),
                            new Class<?>[] {Connection.class},
                            (self, called, given) -> call.of(real, called.getName(), () -> {
                                try {
                                    return called.invoke(real, given);
                                } catch (InvocationTargetException thrown) {
                                    throw thrown.getTargetException();
                                }
                            }));
                });
    }

    private static final class Server {

        static final EmbeddedPostgres POSTGRES = start();

        private static EmbeddedPostgres start() {
            try {
                EmbeddedPostgres postgres = EmbeddedPostgres.builder().start();
                Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                    try {
                        postgres.close();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }));
                return postgres;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
