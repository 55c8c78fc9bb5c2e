package io.taskqueue.streams;

import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.sink.Effects;
import io.taskqueue.sink.jdbc.JdbcEffects;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.concurrent.CountDownLatch;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** A sink that counts in a database, in a child process that blocks at one event, to be killed there. */
final class ChildJdbcSink {

    /** Where it blocks. */
    enum Point {
        STATEMENT_DONE,
        COMMITTED
    }

    private ChildJdbcSink() {}

    /** @param args name, bootstrap servers, topic, state directory, the database's URL, the point, the event's sequence */
    public static void main(String[] args) throws Exception {
        PGSimpleDataSource database = new PGSimpleDataSource();
        database.setURL(args[4]);
        Point point = Point.valueOf(args[5]);
        long sequence = Long.parseLong(args[6]);
        JdbcEffects still = new JdbcEffects(committing(database));
        JdbcEffects jdbc = new JdbcEffects(database);
        try (SinkService service = ChildProcess.sink(args, (event, effects) -> {
                    boolean here = event.position().sequence() == sequence;
                    count(here && point == Point.COMMITTED ? still : jdbc, event, effects, () -> {
                        if (here && point == Point.STATEMENT_DONE) {
                            block(point);
                        }
                    });
                })
                .start()) {
            service.awaitTermination();
        }
    }

    /** Counts an event; the count is 1 if nothing runs twice. */
    static void count(JdbcEffects jdbc, ReplicationEvent<?> event, Effects effects, Runnable then) throws Exception {
        jdbc.run(effects, "count", (connection, key) -> {
            try (PreparedStatement count = connection.prepareStatement("INSERT INTO counted VALUES (?, 1)"
                    + " ON CONFLICT (sequence) DO UPDATE SET times = counted.times + 1")) {
                count.setLong(1, event.position().sequence());
                count.executeUpdate();
            }
            then.run();
        });
    }

    private static void block(Point point) {
        System.out.println("standing still at " + point);
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /** Connections whose commit does not return. */
    private static DataSource committing(DataSource database) {
        return (DataSource) Proxy.newProxyInstance(
                ChildJdbcSink.class.getClassLoader(),
                new Class<?>[] {DataSource.class},
                (proxy, method, arguments) -> committing(database.getConnection()));
    }

    private static Connection committing(Connection connection) throws SQLException {
        return (Connection) Proxy.newProxyInstance(
                ChildJdbcSink.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    try {
                        Object answer = method.invoke(connection, arguments);
                        if (method.getName().equals("commit")) {
                            block(Point.COMMITTED);
                        }
                        return answer;
                    } catch (InvocationTargetException thrown) {
                        throw thrown.getTargetException();
                    }
                });
    }
}
