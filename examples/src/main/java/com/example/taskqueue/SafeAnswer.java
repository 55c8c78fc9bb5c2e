package com.example.taskqueue;

import io.taskqueue.event.TaskId;
import io.taskqueue.queue.Lease;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.source.ReplicationSource;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A dispatcher that answers its caller when the task is safe: stored on Kafka, so that it survives this process.
 *
 * <p>Argument: the Kafka cluster, such as {@code localhost:9092}.
 */
public final class SafeAnswer {

    record Order(String number, int cents) {}

    public static void main(String[] args) throws Exception {
        try (TaskQueue<Order> queue = TaskQueue.<Order>builder("safe-answer").build();
                ReplicationSource<Order> source = ReplicationSource.builder(queue, PayloadCodec.json(Order.class))
                        .kafka(Map.of("bootstrap.servers", args[0]))
                        .sourcePeer("dispatcher-a")
                        .start()) {

            // a request arrives
            TaskId task = queue.enqueue(new Order("A-17", 4_200));
            source.replicated().get(5, TimeUnit.SECONDS); // fails if Kafka does not confirm within this time
            System.out.println("202 Accepted: task " + task.sequenceId() + " is stored on Kafka");

            // a worker of the same process, or one that holds its lease over a connection
            Lease<Order> lease = queue.lease();
            System.out.println("Shipping " + lease.payload().number() + ", attempt " + lease.attempt());
            lease.complete();
            source.replicated().get(5, TimeUnit.SECONDS);
            System.out.println("Completed, and everyone who reads the topic knows");
        }
    }

    private SafeAnswer() {}
}
