package io.taskqueue.sink.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.event.EventFlag;
import io.taskqueue.event.EventKind;
import io.taskqueue.event.OwnershipToken;
import io.taskqueue.event.Position;
import io.taskqueue.event.Priority;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.SourceMetadata;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.event.TaskId;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.serde.ReplicationEventCodec;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.EffectMode;
import io.taskqueue.sink.Events;
import io.taskqueue.sink.RecordedFailureException;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.sink.UnknownOutcomeException;
import io.taskqueue.sink.effect.EffectRules;
import io.taskqueue.sink.effect.RecordedEffects;
import io.taskqueue.sink.store.MemoryEffectStore;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The ready-made sink on a real PostgreSQL. */
class JdbcSinkTest {

    private static final Instant LATER = Instant.parse("2026-11-23T12:00:01.123456Z");
    private static final PayloadCodec<String> JSON = PayloadCodec.jsonText();

    private final DataSource dataSource = PostgresTestServer.dataSource();
    private MemoryEffectStore store = new MemoryEffectStore();

    @BeforeEach
    void emptyTables() throws SQLException {
        PostgresTestServer.execute("DROP TABLE IF EXISTS taskqueue_applied; DROP TABLE IF EXISTS seen;"
                + " CREATE TABLE seen (id BIGINT PRIMARY KEY, n INT CHECK (n < 1000), note VARCHAR(8))");
        new JdbcEffects(dataSource).createTables();
    }

    private JdbcSink<String> sink(String statement) {
        JdbcSink<String> sink = new JdbcSink<>(dataSource, statement, JSON);
        sink.prepare();
        return sink;
    }

    private void apply(ReplicationSink<String> sink, ReplicationEvent<String> event) throws Exception {
        try (RecordedEffects effects =
                new RecordedEffects("states", 0, event, store, EffectMode.RUN, EffectRules.DEFAULT)) {
            sink.apply(event, effects);
        }
    }

    private static ReplicationEvent<String> event(EventKind kind, long position, long task, String payload) {
        var about = new Task<>(new TaskId("orders", 7, task), 1, Events.NOON, payload);
        var change = TaskEvent.builder(kind, position, Events.NOON, about);
        if (kind != EventKind.ENQUEUED) {
            change.token(new OwnershipToken(task, 1, new UUID(7, task)));
        }
        return ReplicationEvent.of(
                "orders", new SourceMetadata(new Position(7, position), "peer-a", null, Events.NOON), change.build());
    }

    private static ReplicationEvent<String> full() {
        var task = new Task<>(new TaskId("born elsewhere", 5, 11), 2, Events.NOON, "{\"n\": 1.50}")
                .withPriority(Priority.HIGH);
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("host\0", "b\"\0");
        metadata.put("code", "7");
        return ReplicationEvent.of(
                "örders 'x'",
                new SourceMetadata(new Position(7, 3), "peer-a", "peer-b", LATER.plusSeconds(1)),
                TaskEvent.builder(EventKind.DEAD_LETTERED, 42, LATER, task)
                        .token(new OwnershipToken(11, 2, new UUID(7, 8)))
                        .error(new TaskError("E\0", "no\0 mailbox", metadata))
                        .flag(EventFlag.DEAD_LETTER)
                        .build());
    }

    @Test
    void everyFieldCanBeUsed() throws Exception {
        PostgresTestServer.execute(
                "DROP TABLE IF EXISTS fields; CREATE TABLE fields (name TEXT, type TEXT, value TEXT)");
        for (String field : NamedField.ALL.keySet()) {
            // the driver does not set a type for a time that is null
            String type = field.equals("leaseExpiration") ? "NULL" : "pg_typeof(:" + field + ")";
            apply(
                    new JdbcSink<>(
                            dataSource,
                            "INSERT INTO fields VALUES ('" + field + "', " + type + ", :" + field + "::text)",
                            JSON),
                    full());
            store = new MemoryEffectStore();
            PostgresTestServer.execute("DELETE FROM taskqueue_applied");
        }
        String event = new String(new ReplicationEventCodec<>(JSON).encode(full()), StandardCharsets.UTF_8);
        assertThat(PostgresTestServer.rows("SELECT name, type, value FROM fields"))
                .containsExactlyInAnyOrder(
                        "queueName|character varying|örders 'x'",
                        "sourceEpoch|bigint|7",
                        "sequenceNumber|bigint|3",
                        "sourceEventId|bigint|42",
                        "kind|character varying|DeadLettered",
                        "flags|character varying|[\"DeadLetter\"]",
                        "sourcePeerId|character varying|peer-a",
                        "ownerPeerId|character varying|peer-b",
                        "occurredAt|timestamp with time zone|2026-11-23 12:00:01.123456+00",
                        "recordedAt|timestamp with time zone|2026-11-23 12:00:02.123456+00",
                        "taskQueueName|character varying|born elsewhere",
                        "taskEpoch|bigint|5",
                        "taskSequenceId|bigint|11",
                        "attempt|integer|2",
                        "enqueuedAt|timestamp with time zone|2026-11-23 12:00:00+00",
                        "priority|character varying|High",
                        "value|character varying|{\"n\": 1.50}",
                        "leaseExpiration|null|null",
                        "ownershipTokenSequenceId|bigint|11",
                        "ownershipTokenAttempt|integer|2",
                        "ownershipTokenLeaseId|character varying|00000000-0000-0007-0000-000000000008",
                        "errorMessage|character varying|no\ufffd mailbox",
                        "errorCode|character varying|E\ufffd",
                        "errorMetadata|character varying|{\"host\ufffd\":\"b\\\"\ufffd\",\"code\":\"7\"}",
                        "idempotencyKey|character varying|states/0/%C3%B6rders%20%27x%27/7/3/statement",
                        "event|character varying|" + event);
    }

    @Test
    void fieldThatTheEventDoesNotHaveIsNull() throws Exception {
        PostgresTestServer.execute(
                "DROP TABLE IF EXISTS bare; CREATE TABLE bare (a TEXT, b BIGINT, c INT, d TEXT, e TEXT,"
                        + " f TEXT, g TEXT, h TIMESTAMPTZ, flags JSONB)");
        apply(
                sink("INSERT INTO bare VALUES (:ownerPeerId, :ownershipTokenSequenceId, :ownershipTokenAttempt,"
                        + " :ownershipTokenLeaseId, :errorMessage, :errorCode, :errorMetadata, :leaseExpiration,"
                        + " :flags::jsonb)"),
                event(EventKind.ENQUEUED, 1, 1, "1"));
        assertThat(PostgresTestServer.rows("SELECT * FROM bare"))
                .containsExactly("null|null|null|null|null|null|null|null|[]");
    }

    @Test
    void thePayloadIsNullWhereTheEventWasPublishedWithoutIt() throws Exception {
        PostgresTestServer.execute("DROP TABLE IF EXISTS states;"
                + " CREATE TABLE states (id BIGINT PRIMARY KEY, kind TEXT, value JSONB, event JSONB)");
        JdbcSink<String> sink = sink("INSERT INTO states VALUES (:taskSequenceId, :kind, CAST(:value AS jsonb),"
                + " CAST(:event AS jsonb)) ON CONFLICT (id) DO UPDATE SET kind = excluded.kind,"
                + " value = COALESCE(excluded.value, states.value), event = excluded.event");
        ReplicationEvent<String> completed = event(EventKind.COMPLETED, 2, 1, "{\"n\": 1}");

        apply(sink, event(EventKind.ENQUEUED, 1, 1, "{\"n\": 1}"));
        apply(
                sink,
                ReplicationEvent.of(
                        "orders",
                        completed.metadata(),
                        completed.change().orElseThrow().withoutPayload()));

        assertThat(PostgresTestServer.rows("SELECT kind, value, jsonb_exists(event, 'value')::text FROM states"))
                .containsExactly("Completed|{\"n\": 1}|false");
    }

    @Test
    void leaseExpirationIsATime() throws Exception {
        PostgresTestServer.execute("DROP TABLE IF EXISTS leases; CREATE TABLE leases (until TIMESTAMPTZ)");
        var task = new Task<>(new TaskId("orders", 7, 1), 1, Events.NOON, "1");
        apply(
                sink("INSERT INTO leases VALUES (:leaseExpiration)"),
                ReplicationEvent.of(
                        "orders",
                        new SourceMetadata(new Position(7, 2), "peer-a", null, Events.NOON),
                        TaskEvent.builder(EventKind.LEASE_GRANTED, 2, Events.NOON, task)
                                .token(new OwnershipToken(1, 1, new UUID(7, 8)))
                                .leaseExpiration(LATER)
                                .build()));
        assertThat(PostgresTestServer.rows("SELECT until FROM leases"))
                .containsExactly("2026-11-23 12:00:01.123456+00");
    }

    @Test
    void statementRunsOncePerEventAndItsUpdateCountIsTheResult() throws Exception {
        JdbcSink<String> sink =
                sink("INSERT INTO seen (id, n) VALUES (1, 1), (2, 1) ON CONFLICT (id) DO UPDATE SET n = seen.n + 1");
        for (int time = 0; time < 3; time++) {
            apply(sink, event(EventKind.ENQUEUED, 1, 1, "1"));
            store = new MemoryEffectStore();
        }
        assertThat(PostgresTestServer.rows("SELECT id, n FROM seen ORDER BY id"))
                .containsExactly("1|1", "2|1");
        assertThat(PostgresTestServer.rows("SELECT effect_key, result_type, result FROM taskqueue_applied"))
                .containsExactly("states/0/orders/7/1/statement|int|2");
    }

    @Test
    void statementThatCannotRunTwiceReturnsTheRecordedResult() throws Exception {
        JdbcSink<String> sink = sink("INSERT INTO seen (id, n) VALUES (:taskSequenceId, 1)");
        for (int time = 0; time < 2; time++) {
            store = new MemoryEffectStore();
            apply(sink, event(EventKind.ENQUEUED, 1, 4, "1"));
        }
        assertThat(PostgresTestServer.rows("SELECT id, n FROM seen")).containsExactly("4|1");
        assertThat(store.find(new EffectKey("states", 0, "orders", new Position(7, 1), "statement")))
                .as("the result of the first run, and no failure")
                .hasValueSatisfying(result -> assertThat(result.toString()).contains("json=1"));
    }

    @Test
    void statementMayBeACallThatReturnsRows() throws Exception {
        PostgresTestServer.execute("CREATE OR REPLACE FUNCTION note(task BIGINT, kind TEXT) RETURNS VOID AS"
                + " $$ INSERT INTO seen (id, note) VALUES (task, kind) $$ LANGUAGE SQL");
        apply(sink("SELECT note(:taskSequenceId, :kind)"), event(EventKind.ENQUEUED, 1, 9, "1"));
        assertThat(PostgresTestServer.rows("SELECT id, note FROM seen")).containsExactly("9|Enqueued");
        assertThat(PostgresTestServer.rows("SELECT result FROM taskqueue_applied"))
                .containsExactly("0");
    }

    @Test
    void statementRunsForTheGivenKindsOnly() throws Exception {
        JdbcSink<String> sink = new JdbcSink<>(
                dataSource, "INSERT INTO seen (id) VALUES (:sequenceNumber)", JSON, Set.of(EventKind.COMPLETED));
        apply(sink, event(EventKind.ENQUEUED, 1, 1, "1"));
        apply(sink, event(EventKind.COMPLETED, 2, 1, "1"));
        apply(
                new JdbcSink<>(dataSource, "INSERT INTO seen (id) VALUES (7)", JSON, Set.of()),
                event(EventKind.COMPLETED, 3, 1, "1"));
        assertThat(PostgresTestServer.rows("SELECT id FROM seen")).containsExactly("2");
    }

    @Test
    void olderEventDoesNotOverwriteANewerOneWithTheDocumentedStatement() throws Exception {
        PostgresTestServer.execute("DROP TABLE IF EXISTS queue_state;"
                + " CREATE TABLE queue_state (queue TEXT PRIMARY KEY, epoch BIGINT, sequence BIGINT, last_kind TEXT)");
        JdbcSink<String> sink = sink("INSERT INTO queue_state (queue, epoch, sequence, last_kind)"
                + " VALUES (:queueName, :sourceEpoch, :sequenceNumber, :kind)"
                + " ON CONFLICT (queue) DO UPDATE"
                + "    SET epoch = excluded.epoch, sequence = excluded.sequence, last_kind = excluded.last_kind"
                + "  WHERE (queue_state.epoch, queue_state.sequence) < (excluded.epoch, excluded.sequence)");
        apply(sink, event(EventKind.ENQUEUED, 1, 1, "1"));
        apply(sink, event(EventKind.COMPLETED, 3, 1, "1"));
        apply(sink, event(EventKind.ENQUEUED, 2, 2, "1"));
        assertThat(PostgresTestServer.rows("SELECT * FROM queue_state")).containsExactly("orders|7|3|Completed");
    }

    @Test
    void statementRefusedForItsDataFailsPermanentlyWithoutShowingTheRow() throws Exception {
        record Refusal(String statement, String message) {}
        for (Refusal refusal : List.of(
                new Refusal(
                        "INSERT INTO seen (id, note) VALUES (:taskSequenceId, :value)",
                        "ERROR: value too long for type character varying(8) (SQLState 22001)"),
                new Refusal(
                        "INSERT INTO seen (n, note) VALUES (:taskSequenceId, 'x')",
                        "ERROR: null value in column \"id\" of relation \"seen\" violates not-null constraint "
                                + "(SQLState "
                                + "23502)"),
                new Refusal(
                        "INSERT INTO seen (id, n) VALUES (1, 1000 + :attempt)",
                        "ERROR: new row for relation \"seen\" violates check constraint \"seen_n_check\" (SQLState "
                                + "23514)"))) {
            store = new MemoryEffectStore();
            assertThatThrownBy(
                            () -> apply(sink(refusal.statement()), event(EventKind.ENQUEUED, 1, 1, "\"secret text\"")))
                    .isInstanceOfSatisfying(RecordedFailureException.class, failure -> assertThat(
                                    failure.error().message())
                            .isEqualTo(
                                    "The database refuses the statement for event 7/1 of queue orders (Enqueued #1 of "
                                            + "task orders/7/1, attempt 1): " + refusal.message()));
            assertThat(store.size()).isEqualTo(1);
        }
        assertThat(PostgresTestServer.rows("SELECT * FROM taskqueue_applied")).isEmpty();
    }

    @Test
    void constraintCheckedAtTheCommitIsAConstraintToo() throws Exception {
        PostgresTestServer.execute("DROP TABLE IF EXISTS late;"
                + " CREATE TABLE late (id BIGINT REFERENCES seen (id) DEFERRABLE INITIALLY DEFERRED)");
        JdbcSink<String> sink = sink("INSERT INTO late VALUES (:taskSequenceId)");
        assertThatThrownBy(() -> apply(sink, event(EventKind.ENQUEUED, 1, 5, "1")))
                .isInstanceOf(RecordedFailureException.class)
                .hasMessageContaining("(SQLState 23503)");
        PostgresTestServer.execute("DROP TABLE late");
    }

    @Test
    void invalidStatementAndUnavailableDatabaseAreTransientFailures() throws Exception {
        JdbcSink<String> sink = sink("INSERT INTO seen (id) VALUES (:taskSequenceId)");
        PostgresTestServer.execute("ALTER TABLE seen RENAME TO gone");
        try {
            assertThatThrownBy(() -> apply(sink, event(EventKind.ENQUEUED, 1, 1, "1")))
                    .isInstanceOfSatisfying(SQLException.class, failure -> assertThat(failure.getSQLState())
                            .isEqualTo("42P01"));
        } finally {
            PostgresTestServer.execute("ALTER TABLE gone RENAME TO seen");
        }
        DataSource broken = PostgresTestServer.intercepted((connection, method, proceed) -> {
            if (method.equals("commit")) {
                throw new SQLException("An I/O error occurred", "08006");
            }
            return proceed.call();
        });
        assertThatThrownBy(() -> apply(
                        new JdbcSink<>(broken, "INSERT INTO seen (id) VALUES (:taskSequenceId)", JSON),
                        event(EventKind.ENQUEUED, 1, 1, "1")))
                .isInstanceOf(UnknownOutcomeException.class)
                .hasCauseInstanceOf(SQLException.class);
        assertThat(store.size()).isZero();
        apply(sink, event(EventKind.ENQUEUED, 1, 1, "1"));
        assertThat(PostgresTestServer.rows("SELECT id FROM seen")).containsExactly("1");
    }

    /** Both select, find no row and insert: one violates the constraint, and finds the row of the other in its second run. */
    @Test
    void concurrentEventsOfOneRowDoNotFailPermanently() throws Exception {
        AtomicInteger statements = new AtomicInteger();
        DataSource counted = PostgresTestServer.intercepted((connection, method, proceed) -> {
            Object answer = proceed.call();
            if (method.equals("prepareStatement") && String.valueOf(answer).contains("NOT EXISTS")) {
                statements.incrementAndGet();
            }
            return answer;
        });
        JdbcSink<String> sink = new JdbcSink<>(
                counted,
                "INSERT INTO seen (id, n) SELECT 1, 1 FROM (SELECT pg_advisory_xact_lock_shared(7)) AS gate"
                        + " WHERE NOT EXISTS (SELECT * FROM seen WHERE id = 1)",
                JSON);
        List<Throwable> failures = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int position = 1; position <= 2; position++) {
            ReplicationEvent<String> event = event(EventKind.ENQUEUED, position, position, "1");
            Thread thread = new Thread(() -> {
                try {
                    apply(sink, event);
                } catch (Throwable failure) {
                    synchronized (failures) {
                        failures.add(failure);
                    }
                }
            });
            threads.add(thread);
        }
        try (Connection gate = dataSource.getConnection();
                Statement statement = gate.createStatement()) {
            statement.execute("SELECT pg_advisory_lock(7)");
            threads.forEach(Thread::start);
            Awaitility.await()
                    .atMost(60, TimeUnit.SECONDS)
                    .until(() -> PostgresTestServer.number("SELECT count(*) FROM pg_locks WHERE NOT granted") == 2);
        }
        for (Thread thread : threads) {
            thread.join(60_000);
        }
        assertThat(failures).isEmpty();
        assertThat(statements).as("one ran twice").hasValue(3);
        assertThat(PostgresTestServer.rows("SELECT effect_key, result FROM taskqueue_applied ORDER BY result"))
                .hasSize(2);
        assertThat(PostgresTestServer.rows("SELECT id, n FROM seen")).containsExactly("1|1");
    }

    @Test
    void unknownFieldIsRefusedWhenTheSinkIsCreated() {
        assertThatThrownBy(() -> new JdbcSink<>(dataSource, "INSERT INTO seen (id) VALUES (:taskId)", JSON))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The statement names the field ':taskId', which events do not have. Fields are attempt, "
                        + "enqueuedAt, "
                        + "errorCode, errorMessage, errorMetadata, event, flags, idempotencyKey, kind, "
                        + "leaseExpiration, "
                        + "occurredAt, ownerPeerId, ownershipTokenAttempt, ownershipTokenLeaseId, "
                        + "ownershipTokenSequenceId, priority, queueName, recordedAt, sequenceNumber, sourceEpoch, "
                        + "sourceEventId, "
                        + "sourcePeerId, taskEpoch, taskQueueName, taskSequenceId, value. If the colon does "
                        + "not start the name of a field, write a space after it.");
    }

    @Test
    void invalidStatementIsReportedBeforeTheFirstEvent() {
        for (String wrong :
                List.of("INSERT INTO nowhere VALUES (:kind)", "INSERT INTO seen (id) VALUES (:kind)", "INSERT INTO")) {
            assertThatThrownBy(() -> sink(wrong))
                    .as(wrong)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("The database refuses the statement: ERROR: ")
                    .hasMessageMatching(
                            "(?s).*\\(SQLState 42...\\)\\. Fix the statement, or the table that it uses\\.");
        }
    }

    @Test
    void prepareCreatesTheTableAndRunsNothing() throws Exception {
        PostgresTestServer.execute("DROP TABLE taskqueue_applied");
        sink("INSERT INTO seen (id) VALUES (1)");
        assertThat(PostgresTestServer.rows("SELECT * FROM taskqueue_applied")).isEmpty();
        assertThat(PostgresTestServer.rows("SELECT * FROM seen")).isEmpty();
    }
}
