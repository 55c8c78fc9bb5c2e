package io.taskqueue.cli;

import com.zaxxer.hikari.HikariDataSource;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.sink.BreakerPolicy;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.sink.RetryPolicy;
import io.taskqueue.sink.SinkFactory;
import io.taskqueue.sink.jdbc.JdbcSink;
import io.taskqueue.sink.store.SinkStoreException;
import io.taskqueue.sinks.SinkConfiguration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;

/**
 * Makes the ready-made sink {@code jdbc}: a {@link JdbcSink} with a pool of connections, which is closed with it. A database that
 * does not answer, or does not take the statement, is told at once and not with the first event. No message shows the password,
 * nor the url, which may hold one too.
 *
 * <table>
 *   <caption>Its settings</caption>
 *   <tr><th>setting</th><th>meaning</th><th>default</th></tr>
 *   <tr><td>{@code url}</td><td>the database, as its driver wants it</td><td>required</td></tr>
 *   <tr><td>{@code user}</td><td>who to be there</td><td>the driver's</td></tr>
 *   <tr><td>{@code password}, {@code password.file}</td><td>the password, or a file of it</td><td>none</td></tr>
 *   <tr><td>{@code statement}, {@code statement.file}</td><td>the statement with named fields, or a file of it</td>
 *       <td>required</td></tr>
 *   <tr><td>{@code pool.size}</td><td>connections, and so events that are worked on at once</td><td>{@code 10}</td></tr>
 *   <tr><td>{@code kinds}, {@code retries}, {@code backoff}, {@code breaker} and its own</td><td>as of the sink {@code http}</td><td>the same</td></tr>
 * </table>
 */
final class JdbcSinkFactory implements SinkFactory<String> {

    static final String URL = "url";
    static final String USER = "user";
    static final String PASSWORD = "password";
    static final String STATEMENT = "statement";
    static final String FILE = ".file";
    static final String POOL_SIZE = "pool.size";

    private static final Set<String> KNOWN = Set.of(
            URL,
            USER,
            PASSWORD,
            PASSWORD + FILE,
            STATEMENT,
            STATEMENT + FILE,
            POOL_SIZE,
            SinkConfiguration.KINDS,
            SinkConfiguration.RETRIES,
            SinkConfiguration.BACKOFF,
            SinkConfiguration.BREAKER,
            SinkConfiguration.BREAKER_FAILURES,
            SinkConfiguration.BREAKER_WAIT);
    private static final String URL_EXAMPLE = "jdbc:postgresql://localhost:5432/tasks";
    private static final String STATEMENT_EXAMPLE =
            "'INSERT INTO task_log (queue, id, kind) VALUES (:queueName, :taskSequenceId, :kind)'";
    private static final int DEFAULT_POOL_SIZE = 10;
    private static final Duration WAIT_FOR_CONNECTION = Duration.ofSeconds(10);

    private final ClassLoader drivers;

    /** @param drivers where JDBC drivers are looked for */
    JdbcSinkFactory(ClassLoader drivers) {
        this.drivers = drivers;
    }

    @Override
    public PayloadCodec<String> codec() {
        return PayloadCodec.jsonText();
    }

    @Override
    public RetryPolicy retry(Map<String, String> configuration) {
        return read(configuration).retry();
    }

    @Override
    public BreakerPolicy breaker(Map<String, String> configuration) {
        return read(configuration).breaker();
    }

    @Override
    public ReplicationSink<String> create(Map<String, String> configuration) {
        SinkConfiguration settings = read(configuration);
        settings.retry(); // refuses wrong values of these here, too
        settings.breaker();
        String statement = either(settings, STATEMENT).orElseGet(() -> settings.required(STATEMENT, STATEMENT_EXAMPLE));
        HikariDataSource pool = new HikariDataSource(); // connects when it is first asked
        try {
            pool.setMaximumPoolSize(poolSize(settings));
            pool.setConnectionTimeout(WAIT_FOR_CONNECTION.toMillis());
            JdbcSink<String> sink = new JdbcSink<>(pool, statement, codec(), settings.kinds());
            DriverDataSource connections = DriverDataSource.of(url(settings), properties(settings), drivers);
            requireReachable(connections);
            pool.setDataSource(connections);
            sink.prepare();
            return new PooledSink(sink, pool);
        } catch (IllegalArgumentException wrong) {
            pool.close();
            throw new IllegalArgumentException("The sink jdbc cannot be made: " + wrong.getMessage(), wrong);
        } catch (SinkStoreException refused) {
            pool.close();
            throw new CommandFailure(ExitCode.REFUSED, String.valueOf(refused.getMessage()), refused);
        }
    }

    private static void requireReachable(DriverDataSource connections) {
        try (Connection connection = connections.getConnection()) {
            connection.getMetaData();
        } catch (SQLException failure) {
            throw new CommandFailure(
                    ExitCode.UNREACHABLE,
                    "The database of the sink jdbc cannot be reached: " + failure.getMessage() + " (SQLState "
                            + failure.getSQLState() + "). See that it runs, and that url, user and password are right.",
                    failure);
        }
    }

    private static String url(SinkConfiguration settings) {
        return settings.required(URL, URL_EXAMPLE);
    }

    private static Properties properties(SinkConfiguration settings) {
        Properties properties = new Properties();
        settings.text(USER).ifPresent(user -> properties.setProperty("user", user));
        either(settings, PASSWORD).ifPresent(password -> properties.setProperty("password", password));
        return properties;
    }

    private static int poolSize(SinkConfiguration settings) {
        int size = settings.count(POOL_SIZE).orElse(DEFAULT_POOL_SIZE);
        if (size == 0) {
            throw settings.refuse(POOL_SIZE, "without connections nothing is written. Write 1 or more.");
        }
        return size;
    }

    /** The value, from the setting itself or from the file that another names. */
    private static Optional<String> either(SinkConfiguration settings, String key) {
        Optional<String> value = settings.text(key);
        Optional<String> file = settings.text(key + FILE);
        if (value.isPresent() && file.isPresent()) {
            throw settings.refuse(key + FILE, "'" + key + "' is given too. Give one of them.");
        }
        return value.isPresent() ? value : file.map(path -> content(settings, key + FILE, path));
    }

    private static String content(SinkConfiguration settings, String key, String path) {
        try {
            return Files.readString(Path.of(path)).strip();
        } catch (IOException | InvalidPathException unreadable) {
            throw settings.refuse(
                    key,
                    "the file " + path + " cannot be read ("
                            + unreadable.getClass().getSimpleName() + "). Name a file of text in UTF-8.");
        }
    }

    private static SinkConfiguration read(Map<String, String> configuration) {
        return new SinkConfiguration("jdbc", configuration, KNOWN);
    }
}
