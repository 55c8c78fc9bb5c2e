package com.example.orders.billing;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.sink.jdbc.JdbcEffects;
import io.taskqueue.testkit.RecordedEvents;
import io.taskqueue.testkit.SinkTester;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;

/** The sink alone, without Kafka and without a broker: the test kit passes it events and records its effects. */
class BillingSinkTest {

    private final DriverManagerDataSource database = new DriverManagerDataSource("jdbc:h2:mem:billing;MODE=PostgreSQL;DB_CLOSE_DELAY=-1");
    private final JdbcTemplate sql = new JdbcTemplate(database);

    @BeforeEach
    void emptyTables() {
        sql.execute("DROP ALL OBJECTS");
        new ResourceDatabasePopulator(
                        new ClassPathResource("schema.sql"),
                        new ClassPathResource("io/taskqueue/sink/jdbc/taskqueue_applied.sql"))
                .execute(database);
    }

    @Test
    void aCompletedOrderIsInvoicedOnceAlsoInAReplay() {
        SinkTester<Order> tester = SinkTester.of("billing", new BillingSink(new JdbcEffects(database)));
        RecordedEvents<Order> events = RecordedEvents.of("orders", Order.class);

        tester.apply(events.completed(new Order("A-17", "Ada", 4_200))).isApplied().hasRun("invoice", "ledger");
        tester.replay().hasRunNothing();

        assertThat(sql.queryForObject("SELECT SUM(cents) FROM ledger", Long.class)).isEqualTo(4_200);
        assertThat(sql.queryForObject("SELECT COUNT(*) FROM invoice", Long.class)).isEqualTo(1);
    }
}
