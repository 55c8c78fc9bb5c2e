package io.taskqueue.examples;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.TaskId;
import io.taskqueue.queue.Lease;
import io.taskqueue.sink.EffectProbe.Answer;
import io.taskqueue.sink.Effects;
import io.taskqueue.sink.NotDoneException;
import io.taskqueue.sink.OnAmbiguity;
import io.taskqueue.sink.PermanentEffectException;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.sink.jdbc.JdbcEffects;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;

/** The Java blocks of docs/guarantees.md: each is the text between two markers here. */
final class RecipeExamples {

    record Order(String id, int cents) {}

    interface Printer {
        void print(String label) throws IOException;
    }

    private RecipeExamples() {}

    // README: token
    record Deliveries(Connection database, long sourceEpoch) { // the epoch() of the source of the worker's own queue

        /** Writes the carrier of an order, unless a later lease of its task has written one. */
        void write(Lease<Order> lease, String carrier) throws SQLException {
            TaskId task = lease.task().id();
            try (PreparedStatement write = database.prepareStatement(
                    """
                    INSERT INTO delivery (queue, task_epoch, task, source_epoch, attempt, carrier)
                    VALUES (?, ?, ?, ?, ?, ?)
                    ON CONFLICT (queue, task_epoch, task) DO UPDATE
                    SET source_epoch = excluded.source_epoch, attempt = excluded.attempt, carrier = excluded.carrier
                    WHERE (delivery.source_epoch, delivery.attempt) <= (excluded.source_epoch, excluded.attempt)""")) {
                write.setString(1, task.queueName());
                write.setLong(2, task.epoch());
                write.setLong(3, task.sequenceId());
                write.setLong(4, sourceEpoch);
                write.setInt(5, lease.token().attempt());
                write.setString(6, carrier);
                if (write.executeUpdate() == 0) {
                    throw new IllegalStateException("A later lease of task " + task
                            + " has written its delivery, so that of " + lease + " was refused. Stop working on it.");
                }
            }
        }
    }
    // end

    // README: rerun
    record Shipments(HttpClient http, URI url) implements ReplicationSink<Order> {
        @Override
        public void apply(ReplicationEvent<Order> event, Effects effects) throws Exception {
            if (event.kind() != EventKind.COMPLETED) {
                return;
            }
            effects.run("ship", key -> {
                HttpRequest post = HttpRequest.newBuilder(url)
                        .header(
                                "Idempotency-Key",
                                key.toString()) // the target answers a known key without acting again
                        .POST(BodyPublishers.ofString(event.payload().id()))
                        .build();
                int status = http.send(post, BodyHandlers.discarding()).statusCode();
                if (status == 400 || status == 422) { // about this order, unlike 401 or 404
                    throw new PermanentEffectException(
                            "The shop refused order " + event.payload().id() + ": " + status);
                }
                if (status >= 300) {
                    throw new IOException("The shop answered " + status); // retried
                }
            });
        }
    }
    // end

    // README: probe
    record Payments(HttpClient http, URI payments) implements ReplicationSink<Order> {
        @Override
        public void apply(ReplicationEvent<Order> event, Effects effects) throws Exception {
            if (event.kind() != EventKind.COMPLETED) {
                return;
            }
            String path = event.queueName() + "-" + event.taskId().sequenceId(); // our id, which the target keeps
            effects.capture("pay", String.class, OnAmbiguity.probe(key -> found(path)), key -> {
                HttpRequest put = HttpRequest.newBuilder(payments.resolve(path))
                        .PUT(BodyPublishers.ofString(
                                String.valueOf(event.payload().cents())))
                        .build();
                return answered(http.send(put, BodyHandlers.ofString()));
            });
        }

        private Answer<String> found(String path) throws IOException, InterruptedException {
            HttpRequest get = HttpRequest.newBuilder(payments.resolve(path)).build();
            HttpResponse<String> answer = http.send(get, BodyHandlers.ofString());
            return answer.statusCode() == 404 ? Answer.notDone() : Answer.done(answered(answer));
        }

        private static String answered(HttpResponse<String> answer) throws IOException {
            if (answer.statusCode() >= 300) {
                throw new IOException("Payments answered " + answer.statusCode());
            }
            return answer.body();
        }
    }
    // end

    // README: park
    record Transfers(HttpClient http, URI bank) implements ReplicationSink<Order> {
        @Override
        public void apply(ReplicationEvent<Order> event, Effects effects) throws Exception {
            if (event.kind() != EventKind.COMPLETED) {
                return;
            }
            effects.run("transfer", OnAmbiguity.park(), key -> {
                HttpRequest post = HttpRequest.newBuilder(bank)
                        .timeout(Duration.ofSeconds(10))
                        .POST(BodyPublishers.ofString(
                                String.valueOf(event.payload().cents())))
                        .build();
                // no connection: retried; no answer, or a broken connection: it may have been done, so parked
                int status = http.send(post, BodyHandlers.discarding()).statusCode();
                if (status == 503) {
                    throw new NotDoneException("The bank is closed"); // retried
                } else if (status != 200) {
                    throw new IOException("The bank answered " + status); // unknown: parked
                }
            });
        }
    }
    // end

    // README: assume
    record Labels(Printer printer) implements ReplicationSink<Order> {
        @Override
        public void apply(ReplicationEvent<Order> event, Effects effects) throws Exception {
            if (event.kind() == EventKind.LEASE_GRANTED) {
                effects.run(
                        "print",
                        OnAmbiguity.assumeDone(),
                        key -> printer.print(event.payload().id()));
            }
        }
    }
    // end

    // README: jdbc
    record Balances(JdbcEffects database) implements ReplicationSink<Order> {
        @Override
        public void apply(ReplicationEvent<Order> event, Effects effects) throws Exception {
            if (event.kind() != EventKind.COMPLETED) {
                return;
            }
            database.run(effects, "book", (connection, key) -> {
                try (PreparedStatement add =
                        connection.prepareStatement("UPDATE balance SET cents = cents + ? WHERE queue = ?")) {
                    add.setInt(1, event.payload().cents());
                    add.setString(2, event.queueName());
                    add.executeUpdate();
                }
            });
        }
    }
    // end
}
