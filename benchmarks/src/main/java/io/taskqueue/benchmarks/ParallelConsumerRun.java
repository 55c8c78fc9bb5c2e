package io.taskqueue.benchmarks;

import io.confluent.parallelconsumer.ParallelConsumerOptions;
import io.confluent.parallelconsumer.ParallelConsumerOptions.ProcessingOrder;
import io.confluent.parallelconsumer.ParallelStreamProcessor;
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
 * Confluent's parallel-consumer on the same topic: events of one key in order, keys side by side, offsets committed now and
 * then. It records no result.
 *
 * <p>Our records' key is the queue, so by that key all would be serial. It is given a key deserializer that takes the task
 * from the record's headers: the same topic, the same bytes, and the same order as ours keeps.
 */
final class ParallelConsumerRun {

    private final Cluster cluster;

    ParallelConsumerRun(Cluster cluster) {
        this.cluster = cluster;
    }

    /** Events a second, from the first call until all are done and the topic's end is committed. */
    Stopwatch.Rate measure(Work work, Duration commitInterval, Footprint footprint)
            throws InterruptedException, ExecutionException {
        String group = cluster.freshName("parallel");
        Target target = new Target(work);
        try (KafkaConsumer<String, byte[]> consumer =
                        new KafkaConsumer<>(settings(group), new TaskOfEvent(), new ByteArrayDeserializer());
                ParallelStreamProcessor<String, byte[]> processor = ParallelStreamProcessor.createEosStreamProcessor(
                        ParallelConsumerOptions.<String, byte[]>builder()
                                .consumer(consumer)
                                .ordering(ProcessingOrder.KEY)
                                .maxConcurrency(Work.AT_ONCE)
                                .commitInterval(commitInterval)
                                .build())) {
            processor.subscribe(List.of(work.topic()));
            processor.poll(event -> {
                if (event.offset() > 0) { // which is SourceStarted
                    call(target, (int) event.offset(), event.key());
                }
            });
            target.await();
            cluster.awaitCommitted(group, work.topic());
            Stopwatch.Rate rate = target.rate();
            footprint.settle(target.mostAtOnce());
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

    private static void call(Target target, int event, String task) {
        try {
            target.call(event, task);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The task that an event is of, by its header. */
    private static final class TaskOfEvent implements Deserializer<String> {

        @Override
        public String deserialize(String topic, byte[] key) {
            throw new IllegalStateException("A record of " + topic + " came without headers, so its task is unknown.");
        }

        @Override
        public String deserialize(String topic, Headers headers, byte[] key) {
            Header task = headers.lastHeader("ce_subject");
            return new String(task == null ? key : task.value(), StandardCharsets.UTF_8);
        }
    }
}
