package io.taskqueue.cli.sink;

import com.zaxxer.hikari.HikariDataSource;
import io.taskqueue.cli.shared.CommandFailedException;
import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.sink.BreakerPolicy;
import io.taskqueue.sink.Effects;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.sink.RetryPolicy;
import io.taskqueue.sink.SinkFactory;
import io.taskqueue.sink.jdbc.JdbcSink;
import io.taskqueue.sink.store.SinkStoreException;
import io.taskqueue.sinks.SinkConfiguration;
import io.taskqueue.text.TextFile;
import java.io.IOException;
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
 * Creates the ready-made sink {@code jdbc}: a {@link JdbcSink} with a connection pool, which is closed with it. A database that
 * does not answer, or rejects the statement, is reported at the start and not with the first event. No message contains the
 * password, nor the url, which may contain one.
 *
 * <table>
 *   <caption>Its settings</caption>
 *   <tr><th>setting</th><th>meaning</th><th>default</th></tr>
 *   <tr><td>{@code url}</td><td>the database, in the format of its driver</td><td>required</td></tr>
 *   <tr><td>{@code user}</td><td>the user to connect as</td><td>the driver's</td></tr>
 *   <tr><td>{@code password}, {@code password.file}</td><td>the password, or a file that contains it</td><td>none</td></tr>
 *   <tr><td>{@code statement}, {@code statement.file}</td><td>the statement with named fields, or a file that contains it</td>
 *       <td>required</td></tr>
 *   <tr><td>{@code pool.size}</td><td>the number of connections, and so of events written at the same time</td>
 *       <td>{@code 10}</td></tr>
 *   <tr><td>{@code kinds}, {@code retries}, {@code backoff}, {@code breaker} and its settings</td>
 *       <td>the same as of the sink {@code http}</td><td>the same</td></tr>
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
    private static final Duration CONNECTION_TIMEOUT = Duration.ofSeconds(10);

    private final ClassLoader drivers;

    /** @param drivers the class loader that JDBC drivers are looked up in */
    JdbcSinkFactory(ClassLoader drivers) {
        this.drivers = drivers;
    }

    /** A sink and the connection pool that it owns. */
    record PooledJdbcSink(JdbcSink<String> sink, HikariDataSource pool)
            implements ReplicationSink<String>, AutoCloseable {

        @Override
        public void apply(ReplicationEvent<String> event, Effects effects) throws Exception {
            sink.apply(event, effects);
        }

        /** Closes the connections; a statement that still runs is cancelled and rolled back by the database. */
        @Override
        public void close() {
            pool.close();
        }
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
        settings.retry(); // invalid values of these are reported here as well
        settings.breaker();
        String statement =
                valueOrFile(settings, STATEMENT).orElseGet(() -> settings.required(STATEMENT, STATEMENT_EXAMPLE));
        HikariDataSource pool = new HikariDataSource(); // opens no connection before the first request
        try {
            pool.setMaximumPoolSize(poolSize(settings));
            pool.setConnectionTimeout(CONNECTION_TIMEOUT.toMillis());
            JdbcSink<String> sink = new JdbcSink<>(pool, statement, codec(), settings.kinds());
            DriverDataSource connections = DriverDataSource.of(url(settings), properties(settings), drivers);
            requireReachable(connections);
            pool.setDataSource(connections);
            sink.prepare();
            return new PooledJdbcSink(sink, pool);
        } catch (IllegalArgumentException invalid) {
            pool.close();
            throw new IllegalArgumentException("The sink jdbc cannot be created: " + invalid.getMessage(), invalid);
        } catch (SinkStoreException refused) {
            pool.close();
            throw new CommandFailedException(ExitCode.REFUSED, String.valueOf(refused.getMessage()), refused);
        }
    }

    private static void requireReachable(DriverDataSource connections) {
        try (Connection connection = connections.getConnection()) {
            connection.getMetaData();
        } catch (SQLException failure) {
            throw new CommandFailedException(
                    ExitCode.UNREACHABLE,
                    "The database of the sink jdbc cannot be reached: " + failure.getMessage() + " (SQLState "
                            + failure.getSQLState()
                            + "). Check that the database is running, and the settings url, user and password.",
                    failure);
        }
    }

    /** The database without what follows its name, and without user and password, which may stand before its host. */
    @Override
    public String target(Map<String, String> configuration) {
        return url(read(configuration)).replaceFirst("[?;].*$", "").replaceFirst("^(jdbc:[^:/@]+:).*@", "$1");
    }

    private static String url(SinkConfiguration settings) {
        return settings.required(URL, URL_EXAMPLE);
    }

    private static Properties properties(SinkConfiguration settings) {
        Properties properties = new Properties();
        settings.text(USER).ifPresent(user -> properties.setProperty("user", user));
        valueOrFile(settings, PASSWORD).ifPresent(password -> properties.setProperty("password", password));
        return properties;
    }

    private static int poolSize(SinkConfiguration settings) {
        int size = settings.count(POOL_SIZE).orElse(DEFAULT_POOL_SIZE);
        if (size == 0) {
            throw settings.refuse(POOL_SIZE, "without connections nothing can be written. Set 1 or more.");
        }
        return size;
    }

    /** The value, from the setting itself or from the file that another setting names. */
    private static Optional<String> valueOrFile(SinkConfiguration settings, String key) {
        Optional<String> value = settings.text(key);
        Optional<String> file = settings.text(key + FILE);
        if (value.isPresent() && file.isPresent()) {
            throw settings.refuse(key + FILE, "'" + key + "' is set as well. Set only one of them.");
        }
        return value.isPresent() ? value : file.map(path -> content(settings, key + FILE, path));
    }

    private static String content(SinkConfiguration settings, String key, String path) {
        try {
            return TextFile.read(Path.of(path)).strip();
        } catch (IOException | InvalidPathException unreadable) {
            throw settings.refuse(
                    key,
                    "the file " + path + " cannot be read (" + unreadable.getMessage()
                            + "). Name a text file in UTF-8.");
        }
    }

    private static SinkConfiguration read(Map<String, String> configuration) {
        return new SinkConfiguration("jdbc", configuration, KNOWN);
    }
}
