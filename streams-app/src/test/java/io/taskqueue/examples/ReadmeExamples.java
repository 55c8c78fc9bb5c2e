package io.taskqueue.examples;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.TaskError;
import io.taskqueue.queue.Lease;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.sink.Effects;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.source.ReplicationSource;
import io.taskqueue.streams.SinkService;
import io.taskqueue.testkit.Crash;
import io.taskqueue.testkit.RecordedEvents;
import io.taskqueue.testkit.RecordedTask;
import io.taskqueue.testkit.SinkTester;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The Java blocks of README.md: each is the text between two markers here. */
final class ReadmeExamples {

    record Order(String id, int cents) {}

    record Receipt(String number) {}

    interface Warehouse {
        void ship(Order order) throws IOException;
    }

    interface Billing {
        Receipt charge(Order order, String idempotencyKey) throws IOException;
    }

    interface Mailer {
        void send(Receipt receipt, String idempotencyKey) throws IOException;
    }

    private ReadmeExamples() {}

    static void dispatch(String servers, Warehouse warehouse) throws Exception {
        // README: dispatcher
        try (TaskQueue<Order> queue = TaskQueue.<Order>builder("orders").build();
                ReplicationSource<Order> source = ReplicationSource.builder(queue, PayloadCodec.json(Order.class))
                        .kafka(Map.of("bootstrap.servers", servers))
                        .sourcePeer("dispatcher-a")
                        .start()) {
            queue.enqueue(new Order("A-17", 4_200));
            source.replicated().get(5, TimeUnit.SECONDS); // confirmed on Kafka: answer the client now
            Lease<Order> lease = queue.lease();
            try {
                warehouse.ship(lease.payload());
                lease.complete();
            } catch (IOException e) {
                lease.fail(TaskError.of(e));
            }
        }
        // end
    }

    // README: sink
    record BillingSink(Billing billing, Mailer mailer) implements ReplicationSink<Order> {
        @Override
        public void apply(ReplicationEvent<Order> event, Effects effects) throws Exception {
            if (event.kind() != EventKind.COMPLETED) {
                return;
            }
            Receipt receipt =
                    effects.capture("charge", Receipt.class, key -> billing.charge(event.payload(), key.toString()));
            effects.run("mail", key -> mailer.send(receipt, key.toString()));
        }
    }
    // end

    static void test(BillingSink sink) {
        // README: test
        RecordedEvents<Order> events = RecordedEvents.of("orders", Order.class);
        SinkTester<Order> tester = SinkTester.of("billing", sink);
        RecordedTask<Order> task =
                events.enqueued(new Order("A-17", 4_200)).leased().completed();

        tester.apply(task, Crash.after("charge")); // as by kill -9, before the result is recorded
        tester.apply(task)
                .hasRun("charge", "mail") // again, under the same key
                .hasKey("charge", "billing/0/orders/1/3/charge")
                .hasResult("charge", new Receipt("R-A-17"));
        tester.replay().hasRunNothing();
        // end
    }

    static void serve(String servers, Path state, BillingSink sink) throws InterruptedException {
        // README: service
        try (SinkService service = SinkService.builder("billing", sink, PayloadCodec.json(Order.class))
                .kafka(Map.of("bootstrap.servers", servers))
                .stateDirectory(state)
                .start()) {
            service.awaitTermination();
        }
        // end
    }
}
