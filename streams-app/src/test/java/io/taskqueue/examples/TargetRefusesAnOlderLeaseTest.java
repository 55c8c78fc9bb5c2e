package io.taskqueue.examples;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.embedded.EmbeddedKafka;
import io.taskqueue.event.TaskError;
import io.taskqueue.examples.RecipeExamples.Deliveries;
import io.taskqueue.examples.RecipeExamples.Order;
import io.taskqueue.queue.DrainedTask;
import io.taskqueue.queue.Lease;
import io.taskqueue.queue.QueueClosedException;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.source.ReplicationSource;
import io.taskqueue.source.recovery.Recovery;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The worker and its target in docs/guarantees.md. */
class TargetRefusesAnOlderLeaseTest {

    @AutoClose
    private static EmbeddedPostgres postgres;

    @AutoClose
    private static Connection database;

    @BeforeAll
    static void startDatabase() throws Exception {
        postgres = EmbeddedPostgres.builder().start();
        database = postgres.getPostgresDatabase().getConnection();
    }

    @BeforeEach
    void createTable() throws SQLException {
        try (Statement statement = database.createStatement()) {
            statement.execute("DROP TABLE IF EXISTS delivery");
            statement.execute("CREATE TABLE delivery (queue text, task_epoch bigint, task bigint, source_epoch bigint,"
                    + " attempt int, carrier text, PRIMARY KEY (queue, task_epoch, task))");
        }
    }

    @Test
    void ownerWhoseQueueWasTakenOverIsRefusedOnceTheNextOwnersWorkerHasWritten(@TempDir Path directory)
            throws Exception {
        try (EmbeddedKafka broker = EmbeddedKafka.start(directory, 0);
                var first = queue();
                var source = source(first, broker).start()) {
            first.enqueue(new Order("A-17", 4_200));
            Lease<Order> held = first.lease();
            new Deliveries(database, source.epoch()).write(held, "begun by the first owner");
            source.replicated().get(30, SECONDS);

            try (var second = queue();
                    var next =
                            source(second, broker).recover(Recovery.standard()).start()) {
                Lease<Order> lease = second.lease(Duration.ofSeconds(30)).orElseThrow();
                assertThat(lease.task().id()).isEqualTo(held.task().id());
                assertThat(lease.payload()).isEqualTo(new Order("A-17", 4_200));
                new Deliveries(database, next.epoch()).write(lease, "carrier of the second owner");
                lease.complete();

                assertThatThrownBy(() -> new Deliveries(database, source.epoch()).write(held, "too late"))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessage("A later lease of task " + held.task().id()
                                + " has written its delivery, so that of " + held
                                + " was refused. Stop working on it.");
                assertThatThrownBy(held::complete).isInstanceOf(QueueClosedException.class);
                assertThat(carrier()).isEqualTo("carrier of the second owner");
            }
        }
    }

    /** The first owner may have leased the task again and again without anybody else learning of it; the second one begins with the first attempt. */
    @Test
    void leaseOfALaterOwnerIsLaterWhateverItsAttempt() throws Exception {
        try (var first = queue();
                var second = queue()) {
            first.enqueue(new Order("A-17", 4_200));
            Lease<Order> attempt1 = first.lease();
            attempt1.fail(TaskError.of("once more"));
            Lease<Order> attempt2 = first.lease();
            second.restore(List.of(new DrainedTask<>(attempt1.task(), null, null)));
            Lease<Order> ofSecond = second.lease();
            Deliveries older = new Deliveries(database, 7);
            Deliveries newer = new Deliveries(database, 9);

            older.write(attempt1, "attempt 1");
            older.write(attempt2, "attempt 2");
            assertThatThrownBy(() -> older.write(attempt1, "attempt 1, late")).hasMessageContaining("was refused");
            older.write(attempt2, "attempt 2, repeated");
            newer.write(ofSecond, "attempt 1 of the second owner");
            assertThatThrownBy(() -> older.write(attempt2, "attempt 2, late")).hasMessageContaining("was refused");

            assertThat(ofSecond.attempt()).isEqualTo(1);
            assertThat(carrier()).isEqualTo("attempt 1 of the second owner");
        }
    }

    private static TaskQueue<Order> queue() {
        return TaskQueue.<Order>builder("orders")
                .leaseDuration(Duration.ofSeconds(2))
                .closeGrace(Duration.ZERO)
                .build();
    }

    private static ReplicationSource.Builder<Order> source(TaskQueue<Order> queue, EmbeddedKafka broker) {
        return ReplicationSource.builder(queue, PayloadCodec.json(Order.class))
                .kafka(Map.of("bootstrap.servers", broker.bootstrapServers()));
    }

    private static String carrier() throws SQLException {
        try (Statement statement = database.createStatement();
                ResultSet row = statement.executeQuery("SELECT carrier FROM delivery")) {
            assertThat(row.next()).isTrue();
            return row.getString(1);
        }
    }
}
