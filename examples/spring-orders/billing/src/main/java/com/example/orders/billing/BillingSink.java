package com.example.orders.billing;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.sink.Effects;
import io.taskqueue.sink.Interests;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.sink.jdbc.JdbcEffects;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.springframework.stereotype.Component;

/**
 * Writes an invoice when the task of an order is completed. The name of the bean is the name of the sink, a part of every effect key: keep
 * it.
 */
@Component("billing")
class BillingSink implements ReplicationSink<Order> {

    private final JdbcEffects jdbc;

    BillingSink(JdbcEffects jdbc) {
        this.jdbc = jdbc;
    }

    @Override
    public Interests interests() {
        return Interests.of(EventKind.COMPLETED);
    }

    /** The invoice, its number and the record that this was done are one transaction: no crash writes a second one. */
    @Override
    public void apply(ReplicationEvent<Order> event, Effects effects) throws Exception {
        Order order = event.payload();
        long number = jdbc.capture(effects, "invoice", Long.class, (connection, key) -> insert(connection, order));
        jdbc.run(effects, "ledger", (connection, key) -> book(connection, number, order));
    }

    private static long insert(Connection connection, Order order) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(
                "INSERT INTO invoice (order_id, customer, cents) VALUES (?, ?, ?)", new String[] {"number"})) {
            insert.setString(1, order.id());
            insert.setString(2, order.customer());
            insert.setLong(3, order.cents());
            insert.executeUpdate();
            try (ResultSet numbers = insert.getGeneratedKeys()) {
                numbers.next();
                return numbers.getLong(1);
            }
        }
    }

    private static void book(Connection connection, long number, Order order) throws SQLException {
        try (PreparedStatement insert =
                connection.prepareStatement("INSERT INTO ledger (invoice, cents) VALUES (?, ?)")) {
            insert.setLong(1, number);
            insert.setLong(2, order.cents());
            insert.executeUpdate();
        }
    }
}
