package io.taskqueue.source;

import io.taskqueue.event.TaskId;
import io.taskqueue.queue.Lease;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * A process that owns a queue until it is killed. It writes a line before and after each thing that a recovery must respect: {@code
 * enqueued ID} when the task is confirmed, {@code completing ID} before a lease is completed, {@code completed ID} when that is confirmed.
 */
final class KilledOwner {

    private KilledOwner() {}

    /** Arguments: the address of Kafka, the event topic, the queue, a seed. */
    public static void main(String[] args) throws Exception {
        Random random = new Random(Long.parseLong(args[3]));
        TaskQueue<String> queue =
                TaskQueue.<String>builder(args[2]).capacity(100_000).build();
        ReplicationSource<String> source = ReplicationSource.builder(queue, PayloadCodec.utf8())
                .kafka(Map.of("bootstrap.servers", args[0]))
                .topic(args[1])
                .markInterval(Duration.ofMillis(50))
                .start();
        for (int number = 1; true; number++) {
            TaskId id = queue.enqueue("task " + number);
            switch (random.nextInt(4)) {
                case 0, 1 -> {
                    Lease<String> lease = queue.lease();
                    say("completing", lease.task().id());
                    lease.complete();
                    confirm(source);
                    say("completed", lease.task().id());
                }
                case 2 -> queue.lease();
                default -> confirm(source);
            }
            confirm(source);
            say("enqueued", id);
        }
    }

    private static void confirm(ReplicationSource<String> source) throws Exception {
        var unused = source.replicated().get(20, TimeUnit.SECONDS);
    }

    private static void say(String what, TaskId id) {
        System.out.println(what + " " + id);
        System.out.flush();
    }
}
