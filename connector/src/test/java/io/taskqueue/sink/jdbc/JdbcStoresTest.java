package io.taskqueue.sink.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.event.Position;
import io.taskqueue.event.TaskError;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.Events;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.sink.local.FakePause;
import io.taskqueue.sink.local.LocalSinkRunner;
import io.taskqueue.sink.local.RunReceipt;
import io.taskqueue.sink.store.EffectResult;
import io.taskqueue.sink.store.SinkCheckpoint;
import io.taskqueue.sink.store.SinkStoreException;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** The JDBC stores on a real PostgreSQL. */
class JdbcStoresTest {

    private static EmbeddedPostgres postgres;
    private static DataSource dataSource;

    private final JdbcCheckpointStore checkpoints = new JdbcCheckpointStore(dataSource);
    private final JdbcEffectStore effects = new JdbcEffectStore(dataSource);

    @BeforeAll
    static void startDatabase() throws Exception {
        postgres = EmbeddedPostgres.builder().start();
        dataSource = postgres.getPostgresDatabase();
    }

    @AfterAll
    static void stopDatabase() throws Exception {
        postgres.close();
    }

    @BeforeEach
    void emptyTables() throws SQLException {
        execute("DROP TABLE IF EXISTS taskqueue_checkpoint; DROP TABLE IF EXISTS taskqueue_effect");
        checkpoints.createTables();
        effects.createTables();
    }

    private static void execute(String sql) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static long count(String table) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT count(*) FROM " + table)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    private static SinkCheckpoint at(Map<String, Position> peers) {
        return new SinkCheckpoint(new TreeMap<>(peers));
    }

    private static EffectKey key(String queue, String effect) {
        return new EffectKey("billing", 0, queue, new Position(3, 7), effect);
    }

    /** Names that are difficult for databases; two of them have the maximum length and compress badly. */
    private static List<String> hostileNames() {
        String noise = new Random(7)
                .ints(341, 0x4e00, 0x9fa5)
                .mapToObj(Character::toString)
                .collect(Collectors.joining());
        return List.of(
                "a'b\"c`d;--",
                "'; DROP TABLE taskqueue_effect; --",
                "nul \u0000 inside",
                "\u0000",
                "a/b",
                "a%2Fb",
                "\u00e9\u4efb\u52a1\ud83d\ude00",
                "e\u0301",
                " ",
                "a ",
                "A",
                "a",
                "\\",
                "?",
                "{}$1",
                noise,
                noise + "x");
    }

    @Test
    void creatingTheTablesAgainKeepsThem() throws SQLException {
        effects.record(key("orders", "mail"), new EffectResult.Done("void", "null"));
        effects.createTables();
        checkpoints.createTables();
        assertThat(count("taskqueue_effect")).isEqualTo(1);
    }

    @Test
    void tablesCanBeCreatedConcurrently() throws Exception {
        execute("DROP TABLE taskqueue_effect");
        concurrently(8, i -> {
            new JdbcEffectStore(dataSource).createTables();
            return i;
        });
        assertThat(count("taskqueue_effect")).isZero();
    }

    @Test
    void resultsAreReadAsTheyWereRecorded() {
        var done = new EffectResult.Done("receipt", "{\"n\":\"a\\u0000 'b' \u4efb\ud83d\ude00\",\"d\":1.10}");
        var failed = new EffectResult.Failed(new TaskError("E1", "no 'mailbox' \u0000 \u4efb", Map.of("a", "b\u0000")));
        var plain = new EffectResult.Failed(TaskError.of("no code"));
        for (EffectResult result : List.of(done, failed, plain)) {
            EffectKey key = key("orders", "effect " + result.hashCode());
            assertThat(effects.find(key)).isEmpty();
            assertThat(effects.record(key, result)).isEqualTo(result);
            assertThat(effects.find(key)).contains(result);
        }
    }

    @Test
    void recordedResultNeverChanges() {
        var first = new EffectResult.Done("string", "\"first\"");
        effects.record(key("orders", "mail"), first);
        assertThat(effects.record(key("orders", "mail"), new EffectResult.Done("string", "\"second\"")))
                .isEqualTo(first);
        assertThat(effects.find(key("orders", "mail"))).contains(first);
    }

    @Test
    void oneOfManyConcurrentResultsIsKept() throws Exception {
        List<EffectResult> recorded = concurrently(
                8, i -> effects.record(key("orders", "mail"), new EffectResult.Done("int", String.valueOf(i))));
        assertThat(recorded)
                .hasSize(8)
                .containsOnly(effects.find(key("orders", "mail")).orElseThrow());
        assertThat(count("taskqueue_effect")).isEqualTo(1);
    }

    @Test
    void eachQueueAndEffectNameIsAKeyOfItsOwn() throws SQLException {
        List<String> names = hostileNames();
        for (String queue : names) {
            effects.record(key(queue, "mail"), new EffectResult.Done("string", quoted(names, queue)));
            effects.record(key("orders", "effect " + queue), new EffectResult.Done("string", quoted(names, queue)));
        }
        for (String queue : names) {
            var result = new EffectResult.Done("string", quoted(names, queue));
            assertThat(effects.find(key(queue, "mail"))).contains(result);
            assertThat(effects.find(key("orders", "effect " + queue))).contains(result);
        }
        assertThat(count("taskqueue_effect")).isEqualTo(2L * names.size());
    }

    private static String quoted(List<String> names, String name) {
        return "\"" + names.indexOf(name) + "\"";
    }

    @Test
    void checkpointIsReplacedOnlyIfTheExpectedOneIsCurrent() {
        var one = at(Map.of("a", new Position(1, 1)));
        var two = at(Map.of("a", new Position(1, 1), "b", new Position(2, 5)));
        assertThat(checkpoints.load("billing", "orders")).isEqualTo(SinkCheckpoint.START);
        assertThat(checkpoints.compareAndSet("billing", "orders", one, two))
                .as("there is none")
                .isFalse();
        assertThat(checkpoints.compareAndSet("billing", "orders", SinkCheckpoint.START, one))
                .isTrue();
        assertThat(checkpoints.compareAndSet("billing", "orders", SinkCheckpoint.START, two))
                .as("one is current")
                .isFalse();
        assertThat(checkpoints.compareAndSet("billing", "orders", one, two)).isTrue();
        assertThat(checkpoints.compareAndSet("billing", "orders", one, two))
                .as("two is current")
                .isFalse();
        assertThat(checkpoints.load("billing", "orders")).isEqualTo(two);
        assertThat(checkpoints.load("billing", "parcels")).isEqualTo(SinkCheckpoint.START);
        assertThat(checkpoints.load("audit", "orders")).isEqualTo(SinkCheckpoint.START);
    }

    @Test
    void anyQueueAndPeerNameHasACheckpoint() {
        for (String name : hostileNames()) {
            var checkpoint = at(Map.of(name, new Position(Long.MAX_VALUE, Long.MAX_VALUE), "x", new Position(0, 1)));
            var next = checkpoint.advanced("other", new Position(0, 9));
            assertThat(checkpoints.compareAndSet("billing", name, SinkCheckpoint.START, checkpoint))
                    .isTrue();
            assertThat(checkpoints.load("billing", name)).isEqualTo(checkpoint);
            assertThat(checkpoints.compareAndSet("billing", name, checkpoint, next))
                    .isTrue();
            assertThat(checkpoints.load("billing", name)).isEqualTo(next);
        }
    }

    @Test
    void newestPositionIsReadableInTheTable() throws SQLException {
        checkpoints.compareAndSet(
                "billing",
                "a queue",
                SinkCheckpoint.START,
                at(Map.of("a", new Position(4, 9), "b", new Position(5, 2))));
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT checkpoint_key, peers, source_epoch, sequence_number FROM taskqueue_checkpoint")) {
            assertThat(row.next()).isTrue();
            assertThat(row.getString(1)).isEqualTo("billing/a%20queue");
            assertThat(row.getString(2)).isEqualTo("{\"a\":[4,9],\"b\":[5,2]}");
            assertThat(row.getLong(3)).isEqualTo(5);
            assertThat(row.getLong(4)).isEqualTo(2);
        }
    }

    @Test
    void missingTableIsReportedWithItsRemedy() throws SQLException {
        execute("DROP TABLE taskqueue_checkpoint");
        assertThatThrownBy(() -> checkpoints.load("billing", "orders"))
                .isInstanceOf(SinkStoreException.class)
                .hasMessageStartingWith("Could not read checkpoint billing/orders, table taskqueue_checkpoint: ERROR: "
                        + "relation \"taskqueue_checkpoint\" does not exist")
                .hasMessageEndingWith(
                        " (SQLState 42P01). Check that the database is reachable and that the table was created, by "
                                + "createTables() or from io/taskqueue/sink/jdbc/taskqueue_checkpoint.sql.");
    }

    @Test
    void unreachableDatabaseIsReported() {
        var unreachable = new PGSimpleDataSource();
        unreachable.setURL("jdbc:postgresql://127.0.0.1:1/postgres");
        assertThatThrownBy(() -> new JdbcEffectStore(unreachable).createTables())
                .isInstanceOf(SinkStoreException.class)
                .hasMessageStartingWith(
                        "Could not create the table, table taskqueue_effect: Connection to 127.0.0.1:1 refused.")
                .hasMessageEndingWith(
                        " (SQLState 08001). Check that the database is reachable and that the table was created, by "
                                + "createTables() or from io/taskqueue/sink/jdbc/taskqueue_effect.sql.");
    }

    @Test
    void concurrentRunnersApplyEachEventAndNeverGoBack() throws Exception {
        int events = 150;
        List<String> applied = Collections.synchronizedList(new ArrayList<>());
        ReplicationSink<String> sink = (event, outside) -> outside.capture("charge", String.class, key -> {
            applied.add(key.toString());
            return key.toString();
        });
        List<RunReceipt> receipts = concurrently(2, i -> LocalSinkRunner.builder("billing", sink)
                .checkpoints(new JdbcCheckpointStore(dataSource))
                .effects(new JdbcEffectStore(dataSource))
                .build()
                .run(IntStream.rangeClosed(1, events)
                        .mapToObj(n -> Events.enqueued("orders", 7, n, n % 3 == 0 ? "slow" : "fast"))
                        .toList()));

        assertThat(receipts).allSatisfy(receipt -> assertThat(receipt.seen()).isEqualTo(events));
        assertThat(applied).as("a race runs an action twice, with one key").hasSizeBetween(events, 2 * events);
        assertThat(count("taskqueue_effect")).isEqualTo(events);
        assertThat(checkpoints.load("billing", "orders"))
                .isEqualTo(at(Map.of("fast", new Position(7, 149), "slow", new Position(7, 150))));

        RunReceipt again = LocalSinkRunner.builder("billing", sink)
                .checkpoints(checkpoints)
                .effects(effects)
                .build()
                .run(Events.sequence("orders", 1));
        assertThat(again.applied()).as("another peer, recorded effect").isEqualTo(1);
        assertThat(again.effects().reused()).isEqualTo(1);
    }

    @Test
    void temporarilyUnavailableDatabaseIsWaitedFor() throws Exception {
        execute("ALTER TABLE taskqueue_checkpoint RENAME TO away");
        List<String> waits = new ArrayList<>();
        var builder = LocalSinkRunner.<String>builder("billing", (event, outside) -> {})
                .checkpoints(checkpoints)
                .effects(effects);
        RunReceipt receipt = FakePause.in(builder, wait -> {
                    waits.add(wait.toString());
                    try {
                        execute("ALTER TABLE away RENAME TO taskqueue_checkpoint");
                    } catch (SQLException failure) {
                        throw new IllegalStateException(failure);
                    }
                })
                .build()
                .run(Events.sequence("orders", 3));
        assertThat(waits).hasSize(1);
        assertThat(receipt.applied()).isEqualTo(3);
    }

    @Test
    void connectionsWithoutAutoCommitDoNotLoseARecord() {
        DataSource manual = (DataSource) java.lang.reflect.Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {DataSource.class}, (proxy, method, arguments) -> {
                    Connection connection = dataSource.getConnection();
                    connection.setAutoCommit(false);
                    return connection;
                });
        var result = new EffectResult.Done("int", "1");
        new JdbcEffectStore(manual).record(key("orders", "mail"), result);
        assertThat(effects.find(key("orders", "mail"))).contains(result);
        assertThat(new JdbcEffectStore(manual).record(key("orders", "mail"), new EffectResult.Done("int", "2")))
                .isEqualTo(result);
    }

    private interface Work<R> {
        R run(int index) throws Exception;
    }

    private static <R> List<R> concurrently(int threads, Work<R> work) throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            var together = new CyclicBarrier(threads);
            List<Future<R>> futures = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                int index = i;
                Callable<R> task = () -> {
                    together.await(30, TimeUnit.SECONDS);
                    return work.run(index);
                };
                futures.add(executor.submit(task));
            }
            List<R> results = new ArrayList<>();
            for (Future<R> future : futures) {
                results.add(future.get(60, TimeUnit.SECONDS));
            }
            return results;
        } finally {
            executor.shutdownNow();
        }
    }

    @Test
    void intentIsNewOnceAndIsReplacedByItsResult() throws SQLException {
        EffectKey key = key("orders", "charge");
        assertThat(effects.intend(key)).isTrue();
        assertThat(effects.intend(key)).isFalse();
        assertThat(effects.find(key)).as("an intent is not a result").isEmpty();

        var done = new EffectResult.Done("string", "\"receipt\"");
        assertThat(effects.record(key, done)).isEqualTo(done);

        assertThat(effects.find(key)).contains(done);
        assertThat(effects.intend(key)).isFalse();
        assertThat(effects.record(key, new EffectResult.Done("string", "\"other\"")))
                .isEqualTo(done);
        assertThat(count("taskqueue_effect")).isEqualTo(1);
    }

    @Test
    void withdrawnIntentIsRemovedButAResultStays() {
        EffectKey key = key("orders", "charge");
        effects.intend(key);
        effects.withdraw(key);
        assertThat(effects.intend(key)).isTrue();

        effects.record(key, new EffectResult.Failed(new TaskError("refused", "no such account", Map.of())));
        effects.withdraw(key);
        assertThat(effects.find(key)).isPresent();
    }
}
