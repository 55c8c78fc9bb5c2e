package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.sink.jdbc.JdbcEffects;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** With the result in the target's own transaction there is no window: no action takes effect twice after a kill. */
class KilledJdbcSinkActsOnceTest {

    private static final int TASKS = 300;
    private static final int EVENTS = 3 * TASKS;

    /** The first event of a task, and its second, which is not applied before. */
    private static final int FIRST_STOP = 200;

    private static final int SECOND_STOP = FIRST_STOP + TASKS;

    private static EmbeddedPostgres postgres;

    @TempDir
    Path directory;

    @BeforeAll
    static void start() throws IOException {
        postgres = EmbeddedPostgres.builder().start();
    }

    @AfterAll
    static void stop() throws IOException {
        postgres.close();
    }

    @ParameterizedTest
    @EnumSource
    void everyEventTakesEffectOnce(ChildJdbcSink.Point point) throws Exception {
        String sink = "counting-" + point.name().toLowerCase(Locale.ROOT).replace('_', '-');
        try (SinkTestCluster cluster = new SinkTestCluster(1)) {
            execute("DROP TABLE IF EXISTS counted, taskqueue_applied");
            execute("CREATE TABLE counted (sequence BIGINT PRIMARY KEY, times INT NOT NULL)");
            JdbcEffects jdbc = new JdbcEffects(postgres.getPostgresDatabase());
            jdbc.createTables();
            cluster.source("orders", 1).open().tasks(0, TASKS);
            for (int stop : new int[] {FIRST_STOP, SECOND_STOP}) {
                killAt(point, stop, cluster, sink);
            }

            Set<Long> ran = ConcurrentHashMap.newKeySet();
            SinkService last = cluster.start(cluster.sink(
                            sink,
                            (event, effects) -> ChildJdbcSink.count(
                                    jdbc,
                                    event,
                                    effects,
                                    () -> ran.add(event.position().sequence())))
                    .stateDirectory(cluster.state("child")));
            cluster.awaitCaughtUp(sink, last);

            assertThat(number("SELECT count(*) FROM counted")).isEqualTo(EVENTS);
            assertThat(number("SELECT count(*) FROM counted WHERE times <> 1")).isZero();
            assertThat(number("SELECT count(*) FROM taskqueue_applied")).isEqualTo(EVENTS);
            assertThat(ran.contains((long) SECOND_STOP))
                    .as("the action that a kill interrupted ran again")
                    .isEqualTo(point == ChildJdbcSink.Point.STATEMENT_DONE);
            assertThat(last.status().effects().run() - ran.size())
                    .as("results that were found in the database")
                    .isGreaterThanOrEqualTo(point == ChildJdbcSink.Point.COMMITTED ? 1 : 0);
        }
    }

    private void killAt(ChildJdbcSink.Point point, int sequence, SinkTestCluster cluster, String sink)
            throws Exception {
        Path output = directory.resolve("child-" + sequence + ".txt");
        Process child = ChildProcess.of(
                        ChildJdbcSink.class,
                        cluster,
                        sink,
                        cluster.state("child"),
                        postgres.getJdbcUrl("postgres", "postgres"),
                        point.name(),
                        String.valueOf(sequence))
                .redirectOutput(output.toFile())
                .start();
        try {
            Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> Files.readString(output)
                    .contains("standing still at " + point));
        } finally {
            ChildProcess.kill(child);
        }
        cluster.endSessions(sink);
    }

    private static void execute(String sql) throws SQLException {
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static long number(String query) throws SQLException {
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getLong(1);
        }
    }
}
