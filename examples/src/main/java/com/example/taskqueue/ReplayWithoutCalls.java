package com.example.taskqueue;

import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.source.ReplicationSource;
import io.taskqueue.streams.SinkService;
import io.taskqueue.streams.status.EffectCounts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * A replay: the committed offsets of a stopped sink are moved back, and it reads its events again without a call, because each effect returns
 * its recorded result. The command {@code taskqueue replay} does the same, and more.
 *
 * <p>Argument: the Kafka cluster.
 */
public final class ReplayWithoutCalls {

    private static final String QUEUE = "replayed";
    private static final String SINK = "replayed-sink";

    public static void main(String[] args) throws Exception {
        Map<String, Object> kafka = Map.of("bootstrap.servers", args[0]);
        try (TaskQueue<String> queue = TaskQueue.<String>builder(QUEUE).build();
                ReplicationSource<String> source = ReplicationSource.builder(queue, PayloadCodec.utf8())
                        .kafka(kafka)
                        .start()) {
            for (int task = 1; task <= 100; task++) {
                queue.enqueue("order " + task);
                queue.lease().complete();
            }
            source.replicated().get(5, TimeUnit.SECONDS);
        }
        Path state = Files.createTempDirectory("replay");
        System.out.println("First run: " + run(kafka, state, effects -> effects.run() == 300));
        try (Admin admin = Admin.create(kafka)) {
            Map<TopicPartition, OffsetAndMetadata> beginning = new HashMap<>();
            admin.listConsumerGroupOffsets(SINK).partitionsToOffsetAndMetadata().get().keySet().stream()
                    .filter(partition -> partition.topic().equals(ReplicationSource.DEFAULT_TOPIC))
                    .forEach(partition -> beginning.put(partition, new OffsetAndMetadata(0)));
            admin.alterConsumerGroupOffsets(SINK, beginning).all().get();
        }
        System.out.println("Replay: " + run(kafka, state, effects -> effects.reused() == 300));
    }

    /** Runs the sink until its effects are as many as expected. */
    private static String run(Map<String, Object> kafka, Path state, Predicate<EffectCounts> expected)
            throws Exception {
        AtomicInteger calls = new AtomicInteger();
        try (SinkService service = SinkService.builder(
                        SINK,
                        (event, effects) -> effects.run("call", key -> calls.incrementAndGet()),
                        PayloadCodec.utf8())
                .kafka(kafka)
                .queues(QUEUE)
                .fingerprint("calls")
                .stateDirectory(state)
                .start()) {
            while (!expected.test(service.status().effects())) {
                TimeUnit.MILLISECONDS.sleep(50);
            }
            return calls + " calls, " + service.status().effects().reused() + " recorded results returned";
        }
    }

    private ReplayWithoutCalls() {}
}
