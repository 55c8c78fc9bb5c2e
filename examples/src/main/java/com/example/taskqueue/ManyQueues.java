package com.example.taskqueue;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.sink.local.LocalSinkRunner;
import io.taskqueue.sink.local.RunReceipt;
import io.taskqueue.source.EventSubscription;
import io.taskqueue.source.ReplicationSource;
import io.taskqueue.source.SourceGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One queue for each of a hundred tenants, in one process: their sources share a producer and a few threads. A sink without Kafka Streams
 * reads the confirmed events of one of them in the same process.
 *
 * <p>Argument: the Kafka cluster.
 */
public final class ManyQueues {

    private static final int TENANTS = 100;

    public static void main(String[] args) throws Exception {
        List<TaskQueue<String>> queues = new ArrayList<>();
        List<ReplicationSource.Builder<String>> builders = new ArrayList<>();
        for (int tenant = 0; tenant < TENANTS; tenant++) {
            TaskQueue<String> queue =
                    TaskQueue.<String>builder("tenant-" + tenant).build();
            queues.add(queue);
            builders.add(ReplicationSource.builder(queue, PayloadCodec.utf8()));
        }
        try (SourceGroup group = SourceGroup.builder()
                .kafka(Map.of("bootstrap.servers", args[0]))
                .sourcePeer("dispatcher-a")
                .start()) {
            List<ReplicationSource<String>> sources = group.start(builders);
            EventSubscription<String> events = sources.get(42).events();
            for (TaskQueue<String> queue : queues) {
                queue.enqueue("welcome");
                queue.lease().complete();
            }
            for (ReplicationSource<String> source : sources) {
                source.replicated().get(10, TimeUnit.SECONDS);
            }
            System.out.println(group.size() + " queues, each with its events confirmed");
            queues.forEach(TaskQueue::close);
            sources.get(42).close(); // ends the subscription
            System.out.println("tenant-42: " + greet(events));
        }
    }

    /** Greets each tenant whose first task is completed; its results and its progress are in memory here, or in a database. */
    private static String greet(Iterable<ReplicationEvent<String>> events) throws InterruptedException {
        AtomicInteger greeted = new AtomicInteger();
        RunReceipt receipt = LocalSinkRunner.<String>builder("greeter", (event, effects) -> {
                    if (event.kind() == EventKind.COMPLETED) {
                        effects.run("greet", key -> greeted.incrementAndGet());
                    }
                })
                .build()
                .run(events);
        return greeted + " greeting from " + receipt.applied() + " events";
    }

    private ManyQueues() {}
}
