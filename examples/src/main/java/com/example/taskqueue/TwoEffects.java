package com.example.taskqueue;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.sink.Effects;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.source.ReplicationSource;
import io.taskqueue.streams.SinkService;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A sink with two effects. The second one fails at first, and the event is attempted again: the first one is not repeated, because its result
 * is recorded.
 *
 * <p>Argument: the Kafka cluster.
 */
public final class TwoEffects {

    record Order(String number, int cents) {}

    record Receipt(String id) {}

    /** Charges each completed order and mails the receipt. */
    private static final class BillingSink implements ReplicationSink<Order> {

        private final AtomicInteger mails = new AtomicInteger();
        private final CountDownLatch mailed = new CountDownLatch(1);

        @Override
        public void apply(ReplicationEvent<Order> event, Effects effects) throws Exception {
            if (event.kind() != EventKind.COMPLETED || !event.queueName().equals("two-effects")) {
                return;
            }
            Order order = event.payload();
            Receipt receipt = effects.capture("charge", Receipt.class, key -> {
                System.out.println("Charging " + order.cents() + " cents under the idempotency key " + key);
                return new Receipt("R-" + order.number());
            });
            effects.run("mail", key -> {
                if (mails.incrementAndGet() == 1) {
                    System.out.println("The mail server is not there: the event is attempted again");
                    throw new IOException("connection refused");
                }
                System.out.println("Mailing receipt " + receipt.id());
                mailed.countDown();
            });
        }
    }

    public static void main(String[] args) throws Exception {
        Map<String, String> kafka = Map.of("bootstrap.servers", args[0]);
        PayloadCodec<Order> codec = PayloadCodec.json(Order.class);
        try (TaskQueue<Order> queue = TaskQueue.<Order>builder("two-effects").build();
                ReplicationSource<Order> source =
                        ReplicationSource.builder(queue, codec).kafka(kafka).start()) {
            queue.enqueue(new Order("A-17", 4_200));
            queue.lease().complete();
            source.replicated().get(5, TimeUnit.SECONDS);
        }
        Path state = Files.createTempDirectory("two-effects"); // of a service: a directory that is kept
        BillingSink sink = new BillingSink();
        try (SinkService service = SinkService.builder("billing", sink, codec)
                .kafka(kafka)
                .stateDirectory(state)
                .start()) {
            boolean done = sink.mailed.await(60, TimeUnit.SECONDS); // a service calls awaitTermination()
            System.out.println(done ? "Done" : "Not done: " + service.status());
        }
    }

    private TwoEffects() {}
}
