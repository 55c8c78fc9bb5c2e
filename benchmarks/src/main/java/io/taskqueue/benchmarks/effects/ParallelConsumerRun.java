package io.taskqueue.benchmarks.effects;

import io.confluent.parallelconsumer.ParallelConsumerOptions;
import io.confluent.parallelconsumer.ParallelConsumerOptions.ProcessingOrder;
import io.confluent.parallelconsumer.ParallelStreamProcessor;
import io.taskqueue.benchmarks.broker.BenchmarkCluster;
import io.taskqueue.benchmarks.measure.ResourceUsage;
import io.taskqueue.benchmarks.measure.Stopwatch;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Confluent's parallel-consumer on the same topic: events of a key in order, keys concurrently, offsets committed periodically.
 * It does not record results.
 *
 * <p>The key of a record is the queue, so by that key all events would be processed serially. Here, the key deserializer returns
 * the task, from the record's headers: the same topic, the same bytes, and the same order as in the sink.
 */
final class ParallelConsumerRun {

    private final BenchmarkCluster cluster;

    ParallelConsumerRun(BenchmarkCluster cluster) {
        this.cluster = cluster;
    }

    /** Events per second, from the first call until all are processed and the topic's end is committed. */
    Stopwatch.Rate measure(Workload workload, Duration commitInterval, ResourceUsage usage)
            throws InterruptedException, ExecutionException {
        String group = cluster.newName("parallel");
        CallTarget target = new CallTarget(workload);
        try (KafkaConsumer<String, byte[]> consumer =
                        new KafkaConsumer<>(settings(group), new TaskDeserializer(), new ByteArrayDeserializer());
                ParallelStreamProcessor<String, byte[]> processor = ParallelStreamProcessor.createEosStreamProcessor(
                        ParallelConsumerOptions.<String, byte[]>builder()
                                .consumer(consumer)
                                .ordering(ProcessingOrder.KEY)
                                .maxConcurrency(Workload.CONCURRENCY)
                                .commitInterval(commitInterval)
                                .build())) {
            processor.subscribe(List.of(workload.topic()));
            processor.poll(event -> {
                if (event.offset() > 0) { // the one at 0 is SourceStarted
                    call(target, (int) event.offset(), event.key());
                }
            });
            target.await();
            cluster.awaitCommitted(group, workload.topic());
            Stopwatch.Rate rate = target.rate();
            usage.complete(target.maxConcurrentCalls(), target.meanMillis());
            target.requireEachOnceInOrder();
            return rate;
        }
    }

    private Map<String, Object> settings(String group) {
        Map<String, Object> settings = new HashMap<>(cluster.settings());
        settings.put(ConsumerConfig.GROUP_ID_CONFIG, group);
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        return settings;
    }

    private static void call(CallTarget target, int event, String task) {
        try {
            target.call(event, task);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns the task of an event, from its headers, instead of its key. */
    private static final class TaskDeserializer implements Deserializer<String> {

        @Override
        public String deserialize(String topic, byte[] key) {
            throw new IllegalStateException("A record of " + topic + " has no headers, so its task is unknown.");
        }

        @Override
        public String deserialize(String topic, Headers headers, byte[] key) {
            Header task = headers.lastHeader("ce_subject");
            return new String(task == null ? key : task.value(), StandardCharsets.UTF_8);
        }
    }
}
