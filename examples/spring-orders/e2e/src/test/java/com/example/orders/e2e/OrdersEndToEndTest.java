package com.example.orders.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskqueue.embedded.EmbeddedKafka;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Both services as processes, with a real broker and a real PostgreSQL. */
@Timeout(300)
class OrdersEndToEndTest {

    private static final Path DISPATCHER = Path.of("../dispatcher/target/dispatcher.jar");
    private static final Path BILLING = Path.of("../billing/target/billing.jar");
    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir
    private static Path directory;

    private static EmbeddedKafka kafka;
    private static EmbeddedPostgres postgres;

    @BeforeAll
    static void startServers() throws Exception {
        kafka = EmbeddedKafka.start(directory.resolve("kafka"), 0);
        postgres = EmbeddedPostgres.start();
    }

    @AfterAll
    static void stopServers() throws Exception {
        postgres.close();
        kafka.close();
    }

    @Test
    void anAcceptedOrderIsBilledOnceAlsoAfterADispatcherAndABillingServiceWereKilled() throws Exception {
        Service dispatcher = dispatcher("--orders.workers=0");
        Service billing = billing();
        try {
            for (int order = 0; order < 20; order++) {
                HttpResponse<String> answer =
                        dispatcher.post("/orders", "{\"id\":\"A-" + order + "\",\"customer\":\"Ada\",\"cents\":100}");
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
                assertThat(answer.body()).contains("\"task\":\"orders/");
            }
            // the same order again is the same task
            assertThat(dispatcher
                            .post("/orders", "{\"id\":\"A-0\",\"customer\":\"Ada\",\"cents\":100}")
                            .statusCode())
                    .isEqualTo(202);
            dispatcher.kill(); // none of them was packed
            assertThat(count("invoice")).isZero();

            dispatcher = dispatcher();
            await().atMost(LONG).until(() -> count("invoice") > 5);
            billing.kill();
            billing = billing();

            await().atMost(LONG).untilAsserted(() -> {
                assertThat(count("invoice")).isEqualTo(20);
                assertThat(count("ledger")).isEqualTo(20);
            });
            assertThat(orders())
                    .containsExactlyInAnyOrderElementsOf(
                            Stream.iterate(0, order -> order + 1).limit(20).map(order -> "A-" + order).toList());
            assertThat(dispatcher.get("/actuator/health").body()).contains("taskQueueSources", "\"orders\":{\"status\":\"UP\"");
            assertThat(billing.get("/actuator/health").body()).contains("taskQueueSinks", "\"billing\":{\"status\":\"UP\"");
            assertThat(billing.get("/actuator/metrics/taskqueue.replication.applied").statusCode())
                    .isEqualTo(200);
            dispatcher.close();
            billing.close();
            assertThat(dispatcher.log()).doesNotContain(" ERROR ");
        } finally {
            dispatcher.kill();
            billing.kill();
        }
    }

    private static Service dispatcher(String... more) throws Exception {
        return Service.start(
                DISPATCHER,
                directory,
                Stream.concat(Stream.of("--spring.kafka.bootstrap-servers=" + kafka.bootstrapServers()), Stream.of(more))
                        .toArray(String[]::new));
    }

    private static Service billing() throws Exception {
        return Service.start(
                BILLING,
                directory,
                "--spring.kafka.bootstrap-servers=" + kafka.bootstrapServers(),
                "--spring.datasource.url=" + postgres.getJdbcUrl("postgres", "postgres"));
    }

    private static int count(String table) throws SQLException {
        return query("SELECT COUNT(*) FROM " + table).stream()
                .mapToInt(Integer::parseInt)
                .findFirst()
                .orElseThrow();
    }

    private static List<String> orders() throws SQLException {
        return query("SELECT order_id FROM invoice");
    }

    /** The first column of a result. */
    private static List<String> query(String sql) throws SQLException {
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> values = new ArrayList<>();
            while (rows.next()) {
                values.add(rows.getString(1));
            }
            return values;
        }
    }
}
