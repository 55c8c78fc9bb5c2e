package com.example.taskqueue;

import io.taskqueue.event.TaskError;
import io.taskqueue.queue.Lease;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.source.ReplicationSource;
import io.taskqueue.source.dead.DeadTaskPage;
import io.taskqueue.source.dead.DeadTaskQuery;
import io.taskqueue.source.dead.DeadTasks;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Tasks that use up their attempts become dead. They stay on the topic, and an operator has them attempted again, from any process: the owner
 * of the queue puts them back. The command {@code taskqueue dead} does the same.
 *
 * <p>Argument: the Kafka cluster.
 */
public final class DeadTasksRetried {

    private static final String QUEUE = "retried";

    public static void main(String[] args) throws Exception {
        Map<String, Object> kafka = Map.of("bootstrap.servers", args[0]);
        try (TaskQueue<String> queue =
                        TaskQueue.<String>builder(QUEUE).maxAttempts(2).build();
                ReplicationSource<String> source = ReplicationSource.builder(queue, PayloadCodec.utf8())
                        .kafka(kafka)
                        .start()) {
            queue.enqueue("a.pdf");
            queue.enqueue("b.pdf");
            for (int attempt = 1; attempt <= 4; attempt++) {
                Lease<String> lease = queue.lease();
                lease.fail(TaskError.of("printer_off", "the printer is off"));
            }
            source.replicated().get(5, TimeUnit.SECONDS);

            // the operator, with nothing but the cluster
            DeadTasks dead = new DeadTasks(kafka, ReplicationSource.DEFAULT_REGISTRY_TOPIC, QUEUE);
            DeadTaskPage page = dead.read(DeadTaskQuery.first(100));
            page.tasks()
                    .forEach(task ->
                            System.out.println("Dead: task " + task.task().sequenceId()));
            var orders = dead.retry(page, "ann", Clock.systemUTC().instant());
            System.out.println("Retry ordered by ann: " + orders.get(0).tasks().size() + " tasks");

            // the workers of the owner
            for (int task = 1; task <= 2; task++) {
                Lease<String> lease = queue.lease();
                System.out.println("Printing " + lease.payload() + ", attempt " + lease.attempt());
                lease.complete();
            }
            source.replicated().get(5, TimeUnit.SECONDS);
        }
    }

    private DeadTasksRetried() {}
}
