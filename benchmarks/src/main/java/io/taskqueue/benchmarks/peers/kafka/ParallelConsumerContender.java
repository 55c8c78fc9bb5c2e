package io.taskqueue.benchmarks.peers.kafka;

import io.confluent.parallelconsumer.ParallelConsumerOptions;
import io.confluent.parallelconsumer.ParallelConsumerOptions.ProcessingOrder;
import io.confluent.parallelconsumer.ParallelStreamProcessor;
import io.taskqueue.benchmarks.peers.contender.Contender;
import io.taskqueue.benchmarks.peers.contender.NumberedTasks;
import io.taskqueue.benchmarks.peers.contender.TaskServer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/** Confluent's parallel-consumer without an order, offsets committed periodically. */
public final class ParallelConsumerContender implements Contender {

    private static final Duration COMMIT_INTERVAL = Duration.ofMillis(100);

    private final KafkaServer server;

    public ParallelConsumerContender(KafkaServer server) {
        this.server = server;
    }

    @Override
    public String name() {
        return "parallel-consumer";
    }

    @Override
    public String description() {
        return "order UNORDERED, " + TaskTopic.PARTITIONS
                + " partitions, commit interval 100 ms; ended when the group has committed the ends";
    }

    @Override
    public String keeps() {
        return "the tasks, as long as the topic keeps them; no results";
    }

    @Override
    public TaskServer server() {
        return server;
    }

    @Override
    public int slowness() {
        return 1;
    }

    @Override
    public Session open(Place place) throws Exception {
        return new ParallelSession(place);
    }

    private final class ParallelSession implements Session {

        private final Place place;
        private final TaskTopic topic;
        private final KafkaConsumer<byte[], byte[]> consumer;
        private final ParallelStreamProcessor<byte[], byte[]> processor;

        ParallelSession(Place place) throws Exception {
            this.place = place;
            topic = new TaskTopic(server, place.name());
            Map<String, Object> settings = new HashMap<>(server.cluster().settings());
            settings.put(ConsumerConfig.GROUP_ID_CONFIG, place.name());
            settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
            settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
            consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
            processor =
                    ParallelStreamProcessor.createEosStreamProcessor(ParallelConsumerOptions.<byte[], byte[]>builder()
                            .consumer(consumer)
                            .ordering(ProcessingOrder.UNORDERED)
                            .maxConcurrency(place.workers())
                            .commitInterval(COMMIT_INTERVAL)
                            .build());
            processor.subscribe(List.of(place.name()));
            processor.poll(record -> {
                try {
                    place.work().perform(NumberedTasks.number(record.value()));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }

        @Override
        public void enqueue(int task, String payload, Consumer<@Nullable Throwable> confirmed) {
            topic.send(payload, confirmed);
        }

        @Override
        public void flush() {}

        @Override
        public void awaitEnded(int tasks) throws Exception {
            server.awaitCommitted(place.name(), tasks);
        }

        @Override
        public void close() {
            processor.close();
            consumer.close();
            topic.close();
        }
    }
}
