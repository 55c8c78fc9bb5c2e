package io.taskqueue.cli.sink;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskqueue.cli.CommandRun;
import io.taskqueue.cli.TestTopics;
import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.cli.sink.JdbcSinkFactory.PooledJdbcSink;
import io.taskqueue.embedded.EmbeddedKafka;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.tools.ToolProvider;
import org.apache.kafka.clients.admin.Admin;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code sink --sink jdbc} from a real Kafka into a real PostgreSQL. */
class JdbcSinkCommandTest {

    private static final String UPSERT =
            """
            INSERT INTO task_state (queue, epoch, id, state, attempt, payload, changed_at, changes)
            VALUES (:taskQueueName, :taskEpoch, :taskSequenceId, :kind, :attempt, CAST(:value AS jsonb), :occurredAt, 1)
            ON CONFLICT (queue, epoch, id) DO UPDATE
               SET state = excluded.state, attempt = excluded.attempt, changed_at = excluded.changed_at,
                   changes = task_state.changes + 1 -- how often, as in :changes
            """;
    private static final int TASKS = 40;

    @TempDir
    static Path directory;

    @AutoClose
    private static EmbeddedKafka broker;

    @AutoClose
    private static EmbeddedPostgres postgres;

    private static String server;
    private static long events;

    @BeforeAll
    static void start() throws Exception {
        broker = EmbeddedKafka.start(directory.resolve("broker"), 0);
        server = broker.bootstrapServers();
        TestTopics.create(server, 2);
        postgres = EmbeddedPostgres.builder().start();
        Path tasks =
                Files.writeString(directory.resolve("tasks.ndjson"), "{\"n\":1.50,\"s\":\"secret\"}\n".repeat(TASKS));
        CommandRun dispatch =
                CommandRun.dispatch(server, "orders", tasks, "--fail-rate", "0.3", "--lease", "1s", "--output", "json");
        assertThat(dispatch.exitCode()).as(dispatch.err()).isZero();
        for (JsonNode count : dispatch.json().get("events")) {
            events += count.asLong();
        }
    }

    @BeforeEach
    void emptyTables() throws SQLException {
        execute("DROP TABLE IF EXISTS taskqueue_applied; DROP TABLE IF EXISTS task_state;"
                + " CREATE TABLE task_state (queue TEXT, epoch BIGINT, id BIGINT, state TEXT, attempt INT,"
                + " payload JSONB, changed_at TIMESTAMPTZ, changes INT, PRIMARY KEY (queue, epoch, id))");
    }

    private static void execute(String sql) throws SQLException {
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static List<String> rows(String query) throws SQLException {
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(query)) {
            List<String> rows = new ArrayList<>();
            while (found.next()) {
                rows.add(String.valueOf(found.getString(1)));
            }
            return rows;
        }
    }

    private static CommandRun sink(String name, String stateDirectory, String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "sink",
                "--bootstrap-server",
                server,
                "--name",
                name,
                "--sink",
                "jdbc",
                "--state-dir",
                directory.resolve(stateDirectory).toString(),
                "--until-idle",
                "200ms",
                "--output",
                "json"));
        arguments.addAll(List.of(more));
        return CommandRun.of(arguments.toArray(String[]::new));
    }

    private static String[] upsert() throws Exception {
        return new String[] {
            "--sink-config", "url=" + postgres.getJdbcUrl("postgres", "postgres"),
            "--sink-config", "statement.file=" + Files.writeString(directory.resolve("upsert.sql"), UPSERT),
            "--sink-config", "pool.size=4"
        };
    }

    @Test
    void everyTaskHasItsLastStateAndAReplayDoesNotChangeIt() throws Exception {
        CommandRun first = sink("states", "first", upsert());

        assertThat(first.exitCode()).as(first.err()).isZero();
        assertThat(first.json().get("effects").get("run").asLong()).isEqualTo(events);
        assertThat(rows("SELECT DISTINCT state FROM task_state")).isSubsetOf("Completed", "DeadLettered");
        assertThat(rows("SELECT count(*) FROM task_state")).containsExactly(String.valueOf(TASKS));
        assertThat(rows("SELECT sum(changes) FROM task_state")).containsExactly(String.valueOf(events));
        assertThat(rows("SELECT DISTINCT payload->>'n' FROM task_state")).containsExactly("1.50");
        assertThat(rows("SELECT count(*) FROM taskqueue_applied")).containsExactly(String.valueOf(events));
        List<String> standing = rows("SELECT task_state::text FROM task_state ORDER BY id");

        CommandRun replay =
                CommandRun.of("replay", "--bootstrap-server", server, "--name", "states", "--to-earliest", "--execute");
        assertThat(replay.exitCode()).as(replay.err()).isZero();
        CommandRun again = sink("states", "wiped", upsert());
        assertThat(again.json().get("effects").get("reused").asLong()).isEqualTo(events);
        assertThat(rows("SELECT task_state::text FROM task_state ORDER BY id")).isEqualTo(standing);

        resetApplication("states");
        CommandRun reset = sink("states", "forgotten", upsert());
        assertThat(reset.json().get("effects").get("run").asLong())
                .as("returned by the database")
                .isEqualTo(events);
        assertThat(rows("SELECT task_state::text FROM task_state ORDER BY id")).isEqualTo(standing);
        awaitNoOpenConnection();
    }

    /** Does what an application reset does: deletes offsets, checkpoints and results. */
    private static void resetApplication(String name) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", server))) {
            admin.deleteConsumerGroups(List.of(name)).all().get(30, TimeUnit.SECONDS);
            Set<String> internal = admin.listTopics().names().get(30, TimeUnit.SECONDS).stream()
                    .filter(topic -> topic.startsWith(name + "-"))
                    .collect(Collectors.toSet());
            assertThat(internal).isNotEmpty();
            admin.deleteTopics(internal).all().get(30, TimeUnit.SECONDS);
            Awaitility.await().atMost(60, TimeUnit.SECONDS).until(() -> admin.listTopics().names().get().stream()
                    .noneMatch(internal::contains));
        }
    }

    private static List<String> openConnections() throws SQLException {
        return rows("SELECT query FROM pg_stat_activity WHERE application_name = 'taskqueue sink'");
    }

    @Test
    void connectionsAreClosedWithTheSinkAndNameTheApplication() throws Exception {
        Map<String, String> configuration = Map.of(
                "url", postgres.getJdbcUrl("postgres", "postgres"), "statement", "SELECT :kind", "kinds", "Completed");
        try (PooledJdbcSink sink =
                (PooledJdbcSink) new JdbcSinkFactory(getClass().getClassLoader()).create(configuration)) {
            assertThat(sink.pool().getMaximumPoolSize()).isEqualTo(10);
            assertThat(openConnections()).isNotEmpty();
        }
        awaitNoOpenConnection();
    }

    private static void awaitNoOpenConnection() {
        Awaitility.await().atMost(60, TimeUnit.SECONDS).untilAsserted(() -> assertThat(openConnections())
                .isEmpty());
    }

    @Test
    void onlySelectedKindsAreWritten() throws Exception {
        CommandRun sink = sink(
                "ends",
                "ends",
                "--sink-config",
                "url=" + postgres.getJdbcUrl("postgres", "postgres"),
                "--sink-config",
                "statement=INSERT INTO task_state (queue, epoch, id, state) VALUES (:queueName, 0, :taskSequenceId, :kind)",
                "--sink-config",
                "kinds=Completed,DeadLettered");

        assertThat(sink.exitCode()).as(sink.err()).isZero();
        assertThat(sink.json().get("effects").get("run").asLong()).isEqualTo(TASKS);
        assertThat(rows("SELECT count(*) FROM task_state")).containsExactly(String.valueOf(TASKS));
    }

    @Test
    void rejectedRowFailsPermanentlyWithoutShowingThePayload() throws Exception {
        CommandRun sink = sink(
                "refused",
                "refused",
                "--sink-config",
                "url=" + postgres.getJdbcUrl("postgres", "postgres"),
                "--sink-config",
                "statement=INSERT INTO task_state (queue, id, payload) VALUES (NULL, 1, :value::jsonb)",
                "--sink-config",
                "kinds=Enqueued");

        assertThat(sink.exitCode()).as(sink.err()).isZero();
        assertThat(sink.json().get("effects").get("failed").asLong()).isEqualTo(TASKS);
        assertThat(sink.err()).doesNotContain("secret");
    }

    @Test
    void driverIsLoadedFromTheClassPath() throws Exception {
        String url = postgres.getJdbcUrl("postgres", "postgres").replace("jdbc:postgresql:", "jdbc:elsewhere:");
        String[] configuration = {
            "--sink-config", "url=" + url, "--sink-config", "statement=SELECT :kind", "--sink-config", "kinds=Completed"
        };
        CommandRun without = sink("elsewhere", "elsewhere", configuration);
        assertThat(without.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(without.err())
                .isEqualToIgnoringNewLines(
                        "taskqueue: The sink jdbc cannot be created: No JDBC driver accepts the url, which begins "
                                + "with 'jdbc:elsewhere:'. Check it against the documentation of the driver, and pass the driver's jar "
                                + "with --class-path; only PostgreSQL's driver is included.");

        List<String> arguments = new ArrayList<>(List.of(configuration));
        arguments.addAll(List.of("--class-path", driverElsewhere().toString()));
        CommandRun with = sink("elsewhere", "elsewhere", arguments.toArray(String[]::new));
        assertThat(with.exitCode()).as(with.err()).isZero();
        assertThat(with.json().get("effects").get("run").asLong()).isPositive();
        assertThat(rows("SELECT count(*) FROM taskqueue_applied"))
                .containsExactly(with.json().get("effects").get("run").asText());
    }

    /** A directory with a driver that the class path of this process does not have. */
    private static Path driverElsewhere() throws Exception {
        Path classes = Files.createDirectories(directory.resolve("driver"));
        Path source = Files.writeString(
                directory.resolve("ElsewhereDriver.java"),
                """
                public class ElsewhereDriver extends org.postgresql.Driver {
                    private static String there(String url) {
                        return url.replace("jdbc:elsewhere:", "jdbc:postgresql:");
                    }
                    @Override
                    public boolean acceptsURL(String url) {
                        return url.startsWith("jdbc:elsewhere:");
                    }
                    @Override
                    public java.sql.Connection connect(String url, java.util.Properties info) throws java.sql.SQLException {
                        return super.connect(there(url), info);
                    }
                }
                """);
        int compiled = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        null,
                        null,
                        "-proc:none",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "-d",
                        classes.toString(),
                        source.toString());
        assertThat(compiled).isZero();
        Path services = Files.createDirectories(classes.resolve("META-INF/services"));
        Files.writeString(services.resolve("java.sql.Driver"), "ElsewhereDriver\n");
        return classes;
    }

    @Test
    void unreachableDatabaseIsReportedAtTheStartWithoutThePassword() throws Exception {
        Path password = Files.writeString(directory.resolve("password"), "hunter2\n");
        String wrongUser = postgres.getJdbcUrl("nobody", "postgres");
        CommandRun refused = sink(
                "none",
                "none",
                "--sink-config",
                "url=" + wrongUser,
                "--sink-config",
                "password.file=" + password,
                "--sink-config",
                "statement=SELECT :kind");
        assertThat(refused.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(refused.err())
                .startsWith(
                        "taskqueue: The database of the sink jdbc cannot be reached: FATAL: role \"nobody\" does not exist")
                .endsWith(
                        " (SQLState 28000). Check that the database is running, and the settings url, user and password.\n");

        CommandRun nowhere = sink(
                "none",
                "none",
                "--sink-config",
                "url=jdbc:postgresql://127.0.0.1:1/x?password=hunter2",
                "--sink-config",
                "user=me",
                "--sink-config",
                "password=hunter2",
                "--sink-config",
                "statement=SELECT :kind");
        assertThat(nowhere.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(nowhere.err()).contains("Connection to 127.0.0.1:1 refused");

        CommandRun malformed = sink(
                "none",
                "none",
                "--sink-config",
                "url=jdbc:postgresql://h:x/?password=hunter2",
                "--sink-config",
                "statement=SELECT :kind");
        assertThat(malformed.exitCode()).isEqualTo(ExitCode.USAGE);
        for (CommandRun run : List.of(refused, nowhere, malformed)) {
            assertThat(run.out() + run.err()).doesNotContain("hunter2");
        }
    }

    @Test
    void invalidSettingsAreReportedWithTheRemedy() throws Exception {
        String url = "url=" + postgres.getJdbcUrl("postgres", "postgres");
        refused(
                "The sink jdbc requires the setting 'statement'. Set it, as in statement='INSERT INTO task_log (queue, id, kind) "
                        + "VALUES (:queueName, :taskSequenceId, :kind)'.",
                url);
        refused(
                "The sink jdbc cannot be created: The sink jdbc requires the setting 'url'. Set it, as in "
                        + "url=jdbc:postgresql://localhost:5432/tasks.",
                "statement=SELECT 1");
        refused(
                "The setting 'statement.file' of the sink jdbc is invalid: 'statement' is set as well. Set only one of them.",
                url,
                "statement=SELECT 1",
                "statement.file=x");
        refused(
                "The setting 'password.file' of the sink jdbc is invalid: the file /no/such/file cannot be read "
                        + "(it does not exist). Name a text file in UTF-8.",
                url,
                "statement=SELECT 1",
                "password.file=/no/such/file");
        refused(
                "The setting 'pool.size' of the sink jdbc is invalid: without connections nothing can be written. Set 1 or more.",
                url,
                "statement=SELECT 1",
                "pool.size=0");
        refused(
                "The sink jdbc does not have the setting 'sql'. Its settings are backoff, breaker, breaker.failures, breaker.wait, kinds, password, password.file, pool.size, "
                        + "retries, statement, statement.file, url, user.",
                url,
                "sql=SELECT 1");
        refused(
                "names the field ':taskId', which events do not have. Fields are attempt, ",
                url,
                "statement=SELECT :taskId");
        refused(
                "The sink jdbc cannot be created: The database refuses the statement: ERROR: relation \"nowhere\" does not exist",
                url,
                "statement=INSERT INTO nowhere VALUES (:kind)");
    }

    private static void refused(String message, String... settings) {
        List<String> arguments = new ArrayList<>();
        for (String setting : settings) {
            arguments.addAll(List.of("--sink-config", setting));
        }
        CommandRun sink = sink("none", "none", arguments.toArray(String[]::new));
        assertThat(sink.exitCode()).as(sink.err()).isEqualTo(ExitCode.USAGE);
        assertThat(sink.err()).contains(message);
    }
}
