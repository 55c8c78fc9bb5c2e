package io.taskqueue.sink.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.TaskError;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.Events;
import io.taskqueue.sink.OnAmbiguity;
import io.taskqueue.sink.RetryPolicy;
import io.taskqueue.sink.SinkFailedException;
import io.taskqueue.sink.local.LocalSinkRunner;
import io.taskqueue.sink.store.EffectResult;
import io.taskqueue.sink.store.ResultTooLargeException;
import io.taskqueue.sink.store.SinkStoreException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The table taskqueue_effect over time: its bounds, and tables of older versions. */
class JdbcEffectTableTest {

    private static final ReplicationEvent<String> EVENT = Events.enqueued("orders", 7, 3);
    private static final EffectKey CHARGE = key("charge");
    private static final EffectResult DONE = new EffectResult.Done("string", "\"a\"");
    private static final EffectResult FAILED = new EffectResult.Failed(TaskError.of("refused"));

    private final JdbcEffectStore store = new JdbcEffectStore(PostgresTestServer.dataSource());

    @BeforeEach
    void dropTable() throws SQLException {
        PostgresTestServer.execute("DROP TABLE IF EXISTS taskqueue_effect");
    }

    private static EffectKey key(String effect) {
        return new EffectKey("billing", 0, "orders", EVENT.position(), effect);
    }

    private static void createTableOfAnOlderVersion() throws SQLException {
        PostgresTestServer.execute("CREATE TABLE taskqueue_effect ("
                + " key_hash VARCHAR(64) NOT NULL PRIMARY KEY, effect_key TEXT NOT NULL,"
                + " outcome VARCHAR(8) NOT NULL CHECK (outcome IN ('done', 'failed', 'intended')),"
                + " result_type TEXT NOT NULL, result TEXT NOT NULL)");
    }

    /** The time of the database, which is that of the records. */
    private static Instant now() throws SQLException {
        return Instant.ofEpochMilli(PostgresTestServer.number(
                "SELECT CAST(FLOOR(EXTRACT(EPOCH FROM CURRENT_TIMESTAMP) * 1000) AS BIGINT)"));
    }

    private static void age(EffectKey key, String interval) throws SQLException {
        PostgresTestServer.execute("UPDATE taskqueue_effect SET recorded_at = recorded_at - INTERVAL '" + interval
                + "' WHERE effect_key = '" + key + "'");
    }

    @Test
    void resultsBeforeAnInstantAreDeletedAndIntentsStay() throws Exception {
        store.createTables();
        for (String old : List.of("done-1", "failed-1", "intended-1")) {
            if (old.startsWith("intended")) {
                assertThat(store.intend(key(old))).isTrue();
            } else {
                assertThat(store.record(key(old), old.startsWith("done") ? DONE : FAILED))
                        .isNotNull();
            }
            age(key(old), "15 days");
        }
        assertThat(store.record(CHARGE, DONE)).isEqualTo(DONE);

        assertThat(store.deleteOlderThan(now().minus(14, ChronoUnit.DAYS))).isEqualTo(2);

        assertThat(store.find(key("done-1"))).isEmpty();
        assertThat(store.find(key("failed-1"))).isEmpty();
        assertThat(store.intend(key("intended-1"))).as("a new intent").isFalse();
        assertThat(store.find(CHARGE)).contains(DONE);
        assertThat(store.deleteOlderThan(now().minus(14, ChronoUnit.DAYS))).isZero();
    }

    @Test
    void resultIsAsOldAsItsRecordAndNotAsItsIntent() throws Exception {
        store.createTables();
        assertThat(store.intend(CHARGE)).isTrue();
        age(CHARGE, "15 days");
        assertThat(store.record(CHARGE, DONE)).isEqualTo(DONE);

        assertThat(store.deleteOlderThan(now().minus(14, ChronoUnit.DAYS))).isZero();
    }

    @Test
    void tableOfAnOlderVersionIsUsedAsItIsButHasNoTimeToDeleteBy() throws Exception {
        createTableOfAnOlderVersion();
        assertThat(store.record(key("first"), DONE)).isEqualTo(DONE);
        for (String later : List.of("second", "third")) {
            assertThat(store.intend(key(later))).isTrue();
            assertThat(store.record(key(later), DONE)).isEqualTo(DONE);
            assertThat(store.find(key(later))).contains(DONE);
        }
        assertThatThrownBy(() -> store.deleteOlderThan(Instant.EPOCH))
                .isInstanceOf(SinkStoreException.class)
                .hasMessage(
                        "Could not delete what is older than 1970-01-01T00:00:00Z, table taskqueue_effect: the table was "
                                + "created by an older version and has no column recorded_at. Add it, by createTables() or as in "
                                + "io/taskqueue/sink/jdbc/taskqueue_effect.sql.");
    }

    @Test
    void creatingTheTablesAddsTheTimeToATableOfAnOlderVersionAndKeepsItsRows() throws Exception {
        createTableOfAnOlderVersion();
        assertThat(store.record(CHARGE, DONE)).isEqualTo(DONE);

        store.createTables();
        store.createTables();

        assertThat(store.find(CHARGE)).contains(DONE);
        assertThat(store.deleteOlderThan(now().minusSeconds(60)))
                .as("recorded now")
                .isZero();
        assertThat(store.deleteOlderThan(now().plusSeconds(60))).isEqualTo(1);
    }

    @Test
    void resultLargerThanItsColumnIsMarkedSoThatItsActionNeverRunsAgain() throws Exception {
        store.createTables();
        PostgresTestServer.execute("ALTER TABLE taskqueue_effect ALTER COLUMN result TYPE VARCHAR(100)");
        List<String> calls = new ArrayList<>();
        for (OnAmbiguity<String> policy : List.of(OnAmbiguity.<String>rerun(), OnAmbiguity.<String>park())) {
            String name = policy.needsIntent() ? "parked" : "rerun";
            LocalSinkRunner<String> runner = LocalSinkRunner.<String>builder(
                            "billing",
                            (event, effects) -> effects.capture(name, String.class, policy, key -> {
                                calls.add(name);
                                return "x".repeat(200);
                            }))
                    .retry(new RetryPolicy(3, Duration.ZERO, Duration.ZERO, 0))
                    .effects(store)
                    .build();
            for (int run = 0; run < 2; run++) {
                assertThatThrownBy(() -> runner.run(List.of(EVENT)))
                        .isInstanceOf(SinkFailedException.class)
                        .hasCauseInstanceOf(ResultTooLargeException.class)
                        .hasMessage(
                                "Sink billing stopped at " + EVENT + ", which needs a decision by an operator: Effect "
                                        + "billing/0/orders/7/3/" + name
                                        + " was done, but its result is not recorded: it has 202 "
                                        + "bytes, and fewer are possible because of column result of table taskqueue_effect. The "
                                        + "action does not run again as long as this limit is too small. Raise it and redrive the "
                                        + "event, which by default runs the action again with the same key; if it must not run "
                                        + "again, discard the event. For later events, return a smaller result, or use run() if it "
                                        + "is not needed. The checkpoint stays before this event. To run the effect, remove its "
                                        + "intent from the effect store; to count it as done, record its result there. Then start "
                                        + "the sink again.");
            }
        }
        assertThat(calls).containsExactly("rerun", "parked");

        store.withdraw(key("rerun"));
        assertThat(store.find(key("rerun"))).isEqualTo(Optional.empty());
        assertThat(store.record(key("parked"), DONE)).isEqualTo(DONE);
        assertThat(store.find(key("parked"))).contains(DONE);
    }
}
