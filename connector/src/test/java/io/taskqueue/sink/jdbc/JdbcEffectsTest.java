package io.taskqueue.sink.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.EffectMisuseException;
import io.taskqueue.sink.EffectMode;
import io.taskqueue.sink.Events;
import io.taskqueue.sink.OnPermanent;
import io.taskqueue.sink.PermanentEffectException;
import io.taskqueue.sink.RecordedFailureException;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.sink.RetryPolicy;
import io.taskqueue.sink.UnknownOutcomeException;
import io.taskqueue.sink.effect.ApplyOutcome;
import io.taskqueue.sink.effect.EffectRules;
import io.taskqueue.sink.effect.RecordedEffects;
import io.taskqueue.sink.local.FakePause;
import io.taskqueue.sink.local.LocalSinkRunner;
import io.taskqueue.sink.local.RunReceipt;
import io.taskqueue.sink.store.EffectResult;
import io.taskqueue.sink.store.EffectStore;
import io.taskqueue.sink.store.MemoryEffectStore;
import io.taskqueue.sink.store.SinkStoreException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;

/** Action and record in one transaction, on a real PostgreSQL. */
class JdbcEffectsTest {

    private static final ReplicationEvent<String> EVENT = Events.enqueued("orders", 7, 3);
    private static final String KEY = "billing/0/orders/7/3/charge";

    private final DataSource dataSource = PostgresTestServer.dataSource();
    private final JdbcEffects jdbc = new JdbcEffects(dataSource);
    private final MemoryEffectStore store = new MemoryEffectStore();

    record Receipt(String id, int amount) {}

    @BeforeEach
    void emptyTables() throws SQLException {
        PostgresTestServer.execute("DROP TABLE IF EXISTS taskqueue_applied; DROP TABLE IF EXISTS account;"
                + " CREATE TABLE account (name TEXT PRIMARY KEY, charged INT NOT NULL CHECK (charged < 1000));"
                + " INSERT INTO account VALUES ('ann', 0)");
        jdbc.createTables();
    }

    private RecordedEffects effects() {
        return effects(store);
    }

    private static RecordedEffects effects(EffectStore store) {
        return new RecordedEffects("billing", 0, EVENT, store, EffectMode.RUN, EffectRules.DEFAULT);
    }

    private static int charge(Connection connection, int amount) throws SQLException {
        try (PreparedStatement update =
                connection.prepareStatement("UPDATE account SET charged = charged + ? WHERE name = 'ann'")) {
            update.setInt(1, amount);
            return update.executeUpdate();
        }
    }

    private static long charged() throws SQLException {
        return PostgresTestServer.number("SELECT charged FROM account WHERE name = 'ann'");
    }

    private static List<String> applied() throws SQLException {
        return PostgresTestServer.rows(
                "SELECT effect_key, result_type, result FROM taskqueue_applied ORDER BY effect_key");
    }

    private void refused(String call, JdbcEffects.JdbcRunnable action) throws SQLException {
        assertThatThrownBy(() -> jdbc.run(effects(), "charge", (connection, key) -> {
                    charge(connection, 5);
                    action.run(connection, key);
                }))
                .as(call)
                .isInstanceOf(EffectMisuseException.class)
                .hasMessage("Effect " + KEY + " called " + call
                        + "() on its connection, whose transaction also records the effect's result. Do not "
                        + "end the transaction: it is committed when the action returns and rolled back when "
                        + "it throws. Savepoints are allowed.");
        assertThat(charged()).as(call).isZero();
        assertThat(applied()).as(call).isEmpty();
    }

    @Test
    void actionAndResultAreOneTransaction() throws Exception {
        Receipt receipt = jdbc.capture(effects(), "charge", Receipt.class, (connection, key) -> {
            assertThat(key).hasToString(KEY);
            assertThat(PostgresTestServer.number("SELECT count(*) FROM taskqueue_applied"))
                    .as("seen by another connection")
                    .isZero();
            return new Receipt("r-" + charge(connection, 5), 5);
        });
        assertThat(receipt).isEqualTo(new Receipt("r-1", 5));
        assertThat(charged()).isEqualTo(5);
        assertThat(applied()).containsExactly(KEY + "|Receipt|{\"id\":\"r-1\",\"amount\":5}");
        assertThat(store.find(new EffectKey("billing", 0, "orders", EVENT.position(), "charge")))
                .contains(new EffectResult.Done("Receipt", "{\"id\":\"r-1\",\"amount\":5}"));
    }

    @Test
    void resultLostBetweenTheCommitAndTheRunnersRecordIsReadFromTheTable() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        JdbcEffects.JdbcAction<Receipt> action = (connection, key) -> {
            charge(connection, 5);
            return new Receipt("run-" + runs.incrementAndGet(), 5);
        };
        EffectStore losing = new LosingStore(store);
        assertThatThrownBy(() -> jdbc.capture(effects(losing), "charge", Receipt.class, action))
                .hasMessage("lost");
        assertThat(store.size()).isZero();

        assertThat(jdbc.capture(effects(), "charge", Receipt.class, action)).isEqualTo(new Receipt("run-1", 5));
        assertThat(runs).hasValue(1);
        assertThat(charged()).isEqualTo(5);
        assertThat(store.size()).isEqualTo(1);
    }

    @Test
    void connectionThatBreaksBetweenTheActionAndItsRecordLeavesNeither() throws Exception {
        AtomicInteger statements = new AtomicInteger();
        DataSource breaking = PostgresTestServer.intercepted((connection, method, proceed) -> {
            if (method.equals("prepareStatement") && statements.incrementAndGet() == 3) {
                connection.close();
            }
            return proceed.call();
        });
        assertThatThrownBy(() ->
                        new JdbcEffects(breaking).run(effects(), "charge", (connection, key) -> charge(connection, 5)))
                .as("the claim, the action, and then the record")
                .isInstanceOf(SinkStoreException.class)
                .hasMessageStartingWith("Could not record effect " + KEY);
        assertThat(charged()).isZero();
        assertThat(applied()).isEmpty();
    }

    /** A connection that breaks in its first commit. */
    private static DataSource breakingAtCommit(boolean afterTheServersCommit) {
        AtomicInteger commits = new AtomicInteger();
        return PostgresTestServer.intercepted((connection, method, proceed) -> {
            if (!method.equals("commit") || commits.getAndIncrement() > 0) {
                return proceed.call();
            }
            if (afterTheServersCommit) {
                proceed.call();
            }
            connection.abort(Runnable::run);
            throw new SQLException("An I/O error occurred while sending to the backend.", "08006");
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void commitWhoseConfirmationIsLostIsAnUnknownOutcomeAndIsLookedUpBeforeTheActionMayRunAgain(boolean committed)
            throws Exception {
        JdbcEffects breaking = new JdbcEffects(breakingAtCommit(committed));
        // even where exceptions of the database are declared to be permanent
        EffectRules permanent =
                new EffectRules(RetryPolicy.DEFAULT.withPermanent(SQLException.class)::isPermanent, OnPermanent.RECORD);
        AtomicInteger runs = new AtomicInteger();
        List<ApplyOutcome> outcomes = new ArrayList<>();
        for (int attempt = 1; attempt <= 3; attempt++) {
            outcomes.add(ApplyOutcome.of(
                    (event, effects) -> breaking.run(effects, "charge", (connection, key) -> {
                        runs.incrementAndGet();
                        charge(connection, 5);
                    }),
                    EVENT,
                    new RecordedEffects("billing", 0, EVENT, store, EffectMode.RUN, permanent)));
        }
        assertThat(outcomes.get(0)).isInstanceOfSatisfying(ApplyOutcome.Transient.class, lost -> assertThat(
                        lost.cause())
                .isInstanceOf(UnknownOutcomeException.class)
                .hasMessage("The database did not confirm the commit of effect " + KEY
                        + ": An I/O error occurred while "
                        + "sending to the backend. (SQLState 08006). If it was committed, its result is in table "
                        + "taskqueue_applied, where the next attempt finds it; otherwise the effect runs then."));
        assertThat(outcomes.subList(1, 3))
                .allSatisfy(applied -> assertThat(applied).isInstanceOf(ApplyOutcome.Applied.class));
        assertThat(charged()).isEqualTo(5);
        assertThat(runs).hasValue(committed ? 1 : 2);
    }

    @Test
    void commitThatTheDatabaseRefusesIsPropagatedUnchanged() throws Exception {
        PostgresTestServer.execute(
                "ALTER TABLE account ADD CONSTRAINT few EXCLUDE (charged WITH =) DEFERRABLE INITIALLY DEFERRED;"
                        + " INSERT INTO account VALUES ('bob', 5)");
        assertThatThrownBy(() -> jdbc.run(effects(), "charge", (connection, key) -> charge(connection, 5)))
                .isInstanceOfSatisfying(SQLException.class, refused -> assertThat(refused.getSQLState())
                        .isEqualTo("23P01"));
        assertThat(charged()).isZero();
        assertThat(applied()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"setAutoCommit", "close"})
    void connectionThatCannotBeReleasedAfterItsCommitDoesNotFailTheEffect(String call) throws Exception {
        AtomicBoolean committed = new AtomicBoolean();
        DataSource breaking = PostgresTestServer.intercepted((connection, method, proceed) -> {
            if (committed.get() && method.equals(call)) {
                throw new SQLException("the connection broke", "08006");
            }
            Object answer = proceed.call();
            committed.set(committed.get() || method.equals("commit"));
            return answer;
        });
        Receipt receipt = new JdbcEffects(breaking)
                .capture(
                        effects(),
                        "charge",
                        Receipt.class,
                        (connection, key) -> new Receipt("r-" + charge(connection, 5), 5));
        assertThat(receipt).isEqualTo(new Receipt("r-1", 5));
        assertThat(charged()).isEqualTo(5);
    }

    @Test
    void recordedResultIsReturnedWithoutADatabaseCall() throws Exception {
        jdbc.run(effects(), "charge", (connection, key) -> charge(connection, 5));
        PostgresTestServer.execute("DELETE FROM taskqueue_applied");
        jdbc.run(effects(), "charge", (connection, key) -> charge(connection, 5));
        assertThat(charged()).isEqualTo(5);
    }

    @Test
    void twoConcurrentRunsOfOneKeyActOnce() throws Exception {
        CountDownLatch acted = new CountDownLatch(1);
        CountDownLatch resume = new CountDownLatch(1);
        AtomicInteger runs = new AtomicInteger();
        CompletableFuture<Integer> first = CompletableFuture.supplyAsync(() -> captured((connection, key) -> {
            charge(connection, 5);
            acted.countDown();
            assertThat(resume.await(60, TimeUnit.SECONDS)).isTrue();
            return runs.incrementAndGet();
        }));
        assertThat(acted.await(60, TimeUnit.SECONDS)).isTrue();
        CompletableFuture<Integer> second = CompletableFuture.supplyAsync(() -> captured((connection, key) -> {
            charge(connection, 5);
            return runs.incrementAndGet();
        }));
        awaitABlockedTransaction();
        assertThat(second).isNotDone();
        resume.countDown();

        assertThat(first.get(60, TimeUnit.SECONDS)).isEqualTo(1);
        assertThat(second.get(60, TimeUnit.SECONDS)).isEqualTo(1);
        assertThat(runs).hasValue(1);
        assertThat(charged()).isEqualTo(5);
    }

    @Test
    void runThatWaitedForAFailedOneRunsItsAction() throws Exception {
        CountDownLatch acted = new CountDownLatch(1);
        CountDownLatch resume = new CountDownLatch(1);
        CompletableFuture<Integer> first = CompletableFuture.supplyAsync(() -> captured((connection, key) -> {
            charge(connection, 5);
            acted.countDown();
            assertThat(resume.await(60, TimeUnit.SECONDS)).isTrue();
            throw new SQLException("fails");
        }));
        assertThat(acted.await(60, TimeUnit.SECONDS)).isTrue();
        CompletableFuture<Integer> second =
                CompletableFuture.supplyAsync(() -> captured((connection, key) -> charge(connection, 7)));
        awaitABlockedTransaction();
        resume.countDown();

        assertThat(second.get(60, TimeUnit.SECONDS)).isEqualTo(1);
        assertThat(first).isCompletedExceptionally();
        assertThat(charged()).isEqualTo(7);
    }

    @Test
    void manyConcurrentRunsOfOneKeyActOnce() throws Exception {
        int threads = 8;
        CyclicBarrier together = new CyclicBarrier(threads);
        AtomicInteger runs = new AtomicInteger();
        List<CompletableFuture<Integer>> all = new ArrayList<>();
        for (int thread = 0; thread < threads; thread++) {
            CompletableFuture<Integer> result = new CompletableFuture<>();
            all.add(result);
            new Thread(() -> {
                        try {
                            together.await(60, TimeUnit.SECONDS);
                            result.complete(captured((connection, key) -> {
                                charge(connection, 5);
                                return runs.incrementAndGet();
                            }));
                        } catch (Throwable failure) {
                            result.completeExceptionally(failure);
                        }
                    })
                    .start();
        }
        for (CompletableFuture<Integer> result : all) {
            assertThat(result.get(60, TimeUnit.SECONDS)).isEqualTo(1);
        }
        assertThat(runs).hasValue(1);
        assertThat(charged()).isEqualTo(5);
    }

    private int captured(JdbcEffects.JdbcAction<Integer> action) {
        try {
            // a store of its own, as another process has
            return jdbc.capture(effects(new MemoryEffectStore()), "charge", Integer.class, action);
        } catch (Exception failure) {
            throw new IllegalStateException(failure);
        }
    }

    private static void awaitABlockedTransaction() {
        Awaitility.await()
                .atMost(60, TimeUnit.SECONDS)
                .until(() -> PostgresTestServer.number("SELECT count(*) FROM pg_locks WHERE NOT granted") > 0);
    }

    @Test
    void anyExceptionOfTheActionRollsBackAndIsPropagated() throws Exception {
        SQLException deadlock = new SQLException("deadlock detected", "40P01");
        for (Throwable thrown : List.of(deadlock, new AssertionError("error"), new IllegalStateException("x"))) {
            assertThatThrownBy(() -> jdbc.run(effects(), "charge", (connection, key) -> {
                        charge(connection, 5);
                        throwUnchecked(thrown);
                    }))
                    .isSameAs(thrown);
            assertThat(charged()).isZero();
            assertThat(applied()).isEmpty();
        }
        assertThat(store.size()).isZero();
    }

    @SuppressWarnings("unchecked")
    private static <X extends Throwable> void throwUnchecked(Throwable thrown) throws X {
        throw (X) thrown;
    }

    @Test
    void permanentFailureIsRolledBackAndRecorded() throws Exception {
        assertThatThrownBy(() -> jdbc.run(effects(), "charge", (connection, key) -> {
                    charge(connection, 5);
                    throw new PermanentEffectException("no such account");
                }))
                .isInstanceOf(RecordedFailureException.class)
                .hasMessageContaining("no such account");
        assertThat(charged()).isZero();
        assertThat(applied()).isEmpty();
        assertThat(store.size()).isEqualTo(1);
    }

    @Test
    void violatedConstraintIsPropagatedUnchanged() throws Exception {
        assertThatThrownBy(() -> jdbc.run(effects(), "charge", (connection, key) -> charge(connection, 1000)))
                .isInstanceOfSatisfying(SQLException.class, refused -> assertThat(refused.getSQLState())
                        .isEqualTo("23514"));
        assertThat(applied()).isEmpty();
    }

    @Test
    void serializationFailureIsATransientFailure() throws Exception {
        DataSource serializable = PostgresTestServer.intercepted((connection, method, proceed) -> {
            if (method.equals("setAutoCommit")) {
                connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
            }
            return proceed.call();
        });
        CyclicBarrier bothRead = new CyclicBarrier(2);
        AtomicInteger failures = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        List<Throwable> unexpected = Collections.synchronizedList(new ArrayList<>());
        for (int sequence = 1; sequence <= 2; sequence++) {
            String name = "account-" + sequence;
            RecordedEffects effects = new RecordedEffects(
                    "billing", 0, Events.enqueued("orders", 7, sequence), store, EffectMode.RUN, EffectRules.DEFAULT);
            Thread thread = new Thread(() -> {
                try {
                    new JdbcEffects(serializable).run(effects, "charge", (connection, key) -> {
                        try (Statement statement = connection.createStatement()) {
                            statement.executeQuery("SELECT sum(charged) FROM account");
                            bothRead.await(60, TimeUnit.SECONDS);
                            statement.executeUpdate("INSERT INTO account VALUES ('" + name + "', 1)");
                        }
                    });
                } catch (SQLException | SinkStoreException lost) {
                    failures.incrementAndGet();
                } catch (Throwable failure) {
                    unexpected.add(failure);
                }
            });
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join(60_000);
        }
        assertThat(unexpected).isEmpty();
        assertThat(failures).as("one of two that read what the other writes").hasValue(1);
        assertThat(PostgresTestServer.number("SELECT count(*) FROM account WHERE name LIKE 'account-%'"))
                .isEqualTo(1);
        assertThat(applied()).hasSize(1);
        assertThat(store.size()).isEqualTo(1);
    }

    @Test
    void actionCannotEndTheTransaction() throws Exception {
        refused("commit", (connection, key) -> connection.commit());
        refused("rollback", (connection, key) -> connection.rollback());
        refused("setAutoCommit", (connection, key) -> connection.setAutoCommit(true));
        refused("close", (connection, key) -> connection.close());
        refused("abort", (connection, key) -> connection.abort(Runnable::run));
        refused(
                "setTransactionIsolation",
                (connection, key) -> connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE));
        refused("close", (connection, key) -> {
            try (connection) {
                charge(connection, 1);
            }
        });
        assertThat(store.size()).isZero();
    }

    @Test
    void savepointsAreAllowed() throws Exception {
        int rows = jdbc.capture(effects(), "charge", Integer.class, (connection, key) -> {
            Savepoint before = connection.setSavepoint();
            assertThatThrownBy(() -> charge(connection, 1000)).isInstanceOf(SQLException.class);
            connection.rollback(before);
            connection.releaseSavepoint(before);
            return charge(connection, 5);
        });
        assertThat(rows).isEqualTo(1);
        assertThat(charged()).isEqualTo(5);
        assertThat(applied()).containsExactly(KEY + "|int|1");
    }

    @Test
    void transactionEndedBySqlIsDetected() throws Exception {
        assertThatThrownBy(() -> jdbc.run(effects(), "charge", (connection, key) -> {
                    try (Statement statement = connection.createStatement()) {
                        statement.execute("ROLLBACK");
                    }
                    charge(connection, 5);
                }))
                .isInstanceOf(EffectMisuseException.class)
                .hasMessage("The action of effect " + KEY
                        + " ended its transaction: the key that was inserted in it no longer exists. Remove "
                        + "COMMIT and ROLLBACK from the action's statements; throw an exception to roll back.");
        assertThat(charged()).isZero();
    }

    @Test
    void statementFailureThatTheActionCaughtIsReported() throws Exception {
        assertThatThrownBy(() -> jdbc.run(effects(), "charge", (connection, key) -> {
                    try {
                        charge(connection, 1000);
                    } catch (SQLException caught) {
                        assertThat(caught.getSQLState()).isEqualTo("23514");
                    }
                }))
                .isInstanceOf(SinkStoreException.class)
                .hasMessage("A statement of effect " + KEY
                        + " failed, its action caught the exception, and the database accepts no further "
                        + "statement in this transaction. Throw from the action, or roll back to a savepoint.");
        assertThat(applied()).isEmpty();
    }

    @Test
    void connectionCannotBeUsedAfterTheAction() throws Exception {
        AtomicReference<Connection> kept = new AtomicReference<>();
        jdbc.run(effects(), "charge", (connection, key) -> {
            kept.set(connection);
            assertThat(Set.of(connection)).contains(connection);
            assertThat(connection).hasToString("connection of effect " + KEY);
        });
        assertThatThrownBy(() -> kept.get().createStatement())
                .isInstanceOf(EffectMisuseException.class)
                .hasMessage("Effect " + KEY
                        + " called createStatement() on its connection after its action had ended. Use the "
                        + "connection only in the action, and wait in it for the threads that it starts.");
    }

    @Test
    void connectionsAreReleasedInTheirOriginalMode() throws Exception {
        for (boolean autoCommit : new boolean[] {true, false}) {
            Map<Connection, Boolean> released = new LinkedHashMap<>();
            AtomicInteger taken = new AtomicInteger();
            DataSource counted = PostgresTestServer.intercepted((connection, method, proceed) -> {
                if (method.equals("getAutoCommit") && !released.containsKey(connection)) {
                    taken.incrementAndGet();
                    connection.setAutoCommit(autoCommit);
                }
                if (method.equals("close")) {
                    released.put(connection, connection.getAutoCommit());
                }
                return proceed.call();
            });
            JdbcEffects effects = new JdbcEffects(counted);
            String name = "auto-commit " + autoCommit;
            JdbcEffects.JdbcRunnable action = (connection, key) -> charge(connection, 1);
            effects.run(effects(), name, action);
            effects.run(effects(new MemoryEffectStore()), name, action);
            assertThatThrownBy(() -> effects.run(effects(), name + " fails", (connection, key) -> {
                        throw new IllegalStateException("no");
                    }))
                    .hasMessage("no");
            assertThat(taken)
                    .as("two runs, one of them read the result, and a failure")
                    .hasValue(4);
            assertThat(released.values()).hasSize(4).containsOnly(autoCommit);
        }
    }

    @Test
    void connectionThatCannotRollBackIsAbortedAndNeverCommitted() throws Exception {
        AtomicReference<Connection> used = new AtomicReference<>();
        DataSource withoutRollback = PostgresTestServer.intercepted((connection, method, proceed) -> {
            used.set(connection);
            return switch (method) {
                case "rollback" -> throw new SQLException("rollback fails", "08006");
                case "close" -> null; // as a pool that does not reset connections
                default -> proceed.call();
            };
        });
        assertThatThrownBy(() -> new JdbcEffects(withoutRollback).run(effects(), "charge", (connection, key) -> {
                    charge(connection, 5);
                    throw new IllegalStateException("no");
                }))
                .hasMessage("no")
                .satisfies(thrown -> assertThat(thrown.getSuppressed())
                        .anySatisfy(second -> assertThat(second).hasMessage("rollback fails")));
        assertThat(used.get().isClosed()).isTrue();
        assertThat(charged()).isZero();
        jdbc.run(effects(), "charge", (connection, key) -> charge(connection, 5));
        assertThat(charged()).isEqualTo(5);
    }

    @Test
    void resultThatCannotBeRecordedRollsTheActionBack() throws Exception {
        assertThatThrownBy(() -> jdbc.capture(effects(), "charge", Unreadable.class, (connection, key) -> {
                    charge(connection, 5);
                    return new Unreadable();
                }))
                .isInstanceOf(EffectMisuseException.class)
                .hasMessageStartingWith(
                        "The result of effect " + KEY + ", of type 'Unreadable', cannot be read from its JSON: ")
                .hasMessageEndingWith(
                        ". The transaction is rolled back. Return a record of plain values, or use run() if the "
                                + "result is not needed.");
        assertThatThrownBy(() -> jdbc.capture(effects(), "charge", Object.class, (connection, key) -> {
                    charge(connection, 5);
                    return new Object();
                }))
                .isInstanceOf(EffectMisuseException.class)
                .hasMessageContaining("cannot be written as JSON");
        assertThat(charged()).isZero();
        assertThat(applied()).isEmpty();
    }

    static final class Unreadable {

        @JsonProperty
        String mine() {
            return "x";
        }

        @JsonProperty
        void mine(int other) {}
    }

    @Test
    void resultOfAnotherTypeIsNotReturned() throws Exception {
        jdbc.capture(effects(new MemoryEffectStore()), "charge", Integer.class, (connection, key) -> 1);
        assertThatThrownBy(() -> jdbc.capture(effects(), "charge", String.class, (connection, key) -> "x"))
                .isInstanceOf(EffectMisuseException.class)
                .hasMessage("Effect " + KEY
                        + " has a result of type 'int' in table taskqueue_applied, but type 'string' "
                        + "(java.lang.String) was requested. A recorded result never changes: request the "
                        + "recorded type, or give the effect another name.");
    }

    @Test
    void noResultAndNullAreRecorded() throws Exception {
        for (int time = 0; time < 2; time++) {
            RecordedEffects effects = effects(new MemoryEffectStore());
            jdbc.run(effects, "run", (connection, key) -> charge(connection, 1));
            String none = jdbc.capture(effects, "null", String.class, (connection, key) -> {
                charge(connection, 1);
                return null;
            });
            assertThat(none).isNull();
        }
        assertThat(charged()).isEqualTo(2);
        assertThat(PostgresTestServer.rows("SELECT result_type, result FROM taskqueue_applied ORDER BY 1"))
                .containsExactly("string|null", "void|null");
    }

    @Test
    void oldRowsAreDeleted() throws Exception {
        jdbc.run(effects(), "old", (connection, key) -> charge(connection, 1));
        jdbc.run(effects(), "new", (connection, key) -> charge(connection, 1));
        PostgresTestServer.execute(
                "UPDATE taskqueue_applied SET recorded_at = '2026-11-01T00:00:00Z'" + " WHERE effect_key LIKE '%/old'");
        assertThat(jdbc.deleteOlderThan(Instant.parse("2026-11-01T00:00:00Z"))).isZero();
        assertThat(jdbc.deleteOlderThan(Instant.parse("2026-11-01T00:00:00.001Z")))
                .isEqualTo(1);
        assertThat(PostgresTestServer.rows("SELECT effect_key FROM taskqueue_applied"))
                .containsExactly("billing/0/orders/7/3/new");
    }

    @Test
    void missingTableIsReportedWithItsRemedyAndNothingIsDone() throws Exception {
        PostgresTestServer.execute("DROP TABLE taskqueue_applied");
        assertThatThrownBy(() -> jdbc.run(effects(), "charge", (connection, key) -> charge(connection, 5)))
                .isInstanceOf(SinkStoreException.class)
                .hasMessageStartingWith("Could not claim effect " + KEY + ", table taskqueue_applied: ERROR: relation "
                        + "\"taskqueue_applied\" does not exist")
                .hasMessageEndingWith(
                        " (SQLState 42P01). Check that the database is reachable and that the table was created, by "
                                + "createTables() or from io/taskqueue/sink/jdbc/taskqueue_applied.sql.");
        assertThat(charged()).isZero();
    }

    @Test
    void unreachableDatabaseIsATransientFailure() {
        var unreachable = new PGSimpleDataSource();
        unreachable.setURL("jdbc:postgresql://127.0.0.1:1/postgres");
        assertThatThrownBy(() -> new JdbcEffects(unreachable).run(effects(), "charge", (connection, key) -> {}))
                .isInstanceOf(SinkStoreException.class)
                .hasMessageStartingWith("Could not begin the transaction of effect " + KEY
                        + ", table taskqueue_applied: Connection to 127.0.0.1:1 refused.");
    }

    @Test
    void tablesOfAnotherOwnerAreUsed() throws Exception {
        PostgresTestServer.execute("DROP ROLE IF EXISTS clerk; CREATE ROLE clerk LOGIN;"
                + " REVOKE CREATE ON SCHEMA public FROM PUBLIC;"
                + " GRANT SELECT, INSERT, UPDATE, DELETE ON taskqueue_applied TO clerk");
        try {
            DataSource clerk = PostgresTestServer.intercepted((connection, method, proceed) -> {
                if (method.equals("setAutoCommit")) {
                    try (Statement statement = connection.createStatement()) {
                        statement.execute("SET ROLE clerk");
                    }
                }
                return proceed.call();
            });
            assertThatCode(() -> new JdbcEffects(clerk).createTables()).doesNotThrowAnyException();
            PostgresTestServer.execute("DROP TABLE taskqueue_applied");
            assertThatThrownBy(() -> new JdbcEffects(clerk).createTables())
                    .isInstanceOf(SinkStoreException.class)
                    .hasMessageStartingWith(
                            "Could not create the table, table taskqueue_applied: ERROR: permission denied for "
                                    + "schema public");
        } finally {
            PostgresTestServer.execute("DROP OWNED BY clerk; DROP ROLE clerk; GRANT CREATE ON SCHEMA public TO PUBLIC");
        }
    }

    @Test
    void runnerAppliesEachEventOnceAlthoughItsStoreLosesResults() throws Exception {
        ReplicationSink<String> sink =
                (event, effects) -> jdbc.run(effects, "charge", (connection, key) -> charge(connection, 1));
        for (int time = 0; time < 2; time++) {
            RunReceipt receipt = FakePause.in(
                            LocalSinkRunner.builder("billing", sink).effects(new LosingStore(new MemoryEffectStore())),
                            wait -> {})
                    .build()
                    .run(Events.sequence("orders", 20));
            assertThat(receipt.applied()).isEqualTo(20);
        }
        assertThat(charged()).isEqualTo(20);
    }

    /** Loses the first result of each key, as a crash does. */
    private static final class LosingStore implements EffectStore {

        private final EffectStore store;
        private final List<EffectKey> lost = new ArrayList<>();

        LosingStore(EffectStore store) {
            this.store = store;
        }

        @Override
        public Optional<EffectResult> find(EffectKey key) {
            return store.find(key);
        }

        @Override
        public EffectResult record(EffectKey key, EffectResult result) {
            if (!lost.contains(key)) {
                lost.add(key);
                throw new SinkStoreException("lost");
            }
            return store.record(key, result);
        }

        @Override
        public boolean intend(EffectKey key) throws InterruptedException {
            return store.intend(key);
        }

        @Override
        public void withdraw(EffectKey key) {
            store.withdraw(key);
        }
    }
}
