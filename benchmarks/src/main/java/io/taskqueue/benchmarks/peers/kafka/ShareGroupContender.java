package io.taskqueue.benchmarks.peers.kafka;

import io.taskqueue.benchmarks.peers.contender.Contender;
import io.taskqueue.benchmarks.peers.contender.NumberedTasks;
import io.taskqueue.benchmarks.peers.contender.PeerThreads;
import io.taskqueue.benchmarks.peers.contender.TaskServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/** Share groups of Kafka: records of a topic are acknowledged one by one, by any number of consumers. */
public final class ShareGroupContender implements Contender {

    /** Each has a thread, and its part of the workers. */
    private static final int CONSUMERS = 4;

    private static final Duration POLL = Duration.ofMillis(100);

    private final KafkaServer server;

    public ShareGroupContender(KafkaServer server) {
        this.server = server;
    }

    @Override
    public String name() {
        return "Kafka share group";
    }

    @Override
    public String description() {
        return CONSUMERS + " KafkaShareConsumers on " + TaskTopic.PARTITIONS
                + " partitions, explicit acknowledgement, commitAsync after each poll; ended when none is left to deliver";
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
        server.beginShareGroup(place.name());
        return new ShareSession(place);
    }

    private final class ShareSession implements Session {

        private final Place place;
        private final TaskTopic topic;
        private final ExecutorService workers;
        private final PeerThreads consumers;
        private volatile boolean closed;

        ShareSession(Place place) throws Exception {
            this.place = place;
            topic = new TaskTopic(server, place.name());
            workers = Executors.newFixedThreadPool(place.workers());
            consumers = PeerThreads.start("share-consumer", CONSUMERS, this::consume);
        }

        private void consume() {
            Map<String, Object> settings = new HashMap<>(server.cluster().settings());
            settings.put(ConsumerConfig.GROUP_ID_CONFIG, place.name());
            settings.put(ConsumerConfig.SHARE_ACKNOWLEDGEMENT_MODE_CONFIG, "explicit");
            try (KafkaShareConsumer<byte[], byte[]> consumer =
                    new KafkaShareConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
                consumer.subscribe(List.of(place.name()));
                while (!closed) {
                    perform(consumer);
                    consumer.commitAsync();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (ExecutionException e) {
                throw new IllegalStateException("A task of a share group could not be performed.", e);
            }
        }

        /** Performs the records of a poll, as many at once as there are free workers. */
        private void perform(KafkaShareConsumer<byte[], byte[]> consumer)
                throws InterruptedException, ExecutionException {
            List<Performed> performed = new ArrayList<>();
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                performed.add(new Performed(record, workers.submit(() -> {
                    place.work().perform(NumberedTasks.number(record.value()));
                    return true;
                })));
            }
            for (Performed one : performed) {
                one.end.get();
                consumer.acknowledge(one.record);
            }
        }

        /** A record, and when its task has ended. */
        private record Performed(ConsumerRecord<byte[], byte[]> record, Future<?> end) {}

        @Override
        public void enqueue(int task, String payload, Consumer<@Nullable Throwable> confirmed) {
            topic.send(payload, confirmed);
        }

        @Override
        public void flush() {}

        @Override
        public void awaitEnded(int tasks) throws Exception {
            server.awaitAcknowledged(place.name(), place.name(), tasks);
        }

        @Override
        public void close() {
            closed = true;
            consumers.join();
            workers.shutdownNow();
            topic.close();
        }
    }
}
