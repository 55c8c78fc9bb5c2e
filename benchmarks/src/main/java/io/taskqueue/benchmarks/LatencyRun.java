package io.taskqueue.benchmarks;

import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.streams.AppliedEvent;
import io.taskqueue.streams.ResultTemplate;
import io.taskqueue.streams.SinkService;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLongArray;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Events come one by one at a steady pace; how long each takes until its result is recorded, and until that is committed.
 *
 * <pre>
 *   send ---- in Kafka ---- polled, decoded ---- call begins ---- call ends ---- recorded ---- committed
 *   |_ the clock of an event starts here                                        |             |
 *                                            seen by an observer of the service _|             |
 *                                            seen by a read_committed consumer of the changelog _|
 * </pre>
 *
 * <p>Both ends are outside of what they measure: an event is in Kafka a little after its clock starts, and recorded a little
 * before the observer hears of it.
 */
final class LatencyRun {

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    /** Events at the beginning of a round that do not count, while a new service finds its pace. */
    private static final int SETTLING = 25;

    private final Stage stage;
    private final List<ConsumerRecord<byte[], byte[]>> records;
    private final Duration pace;

    /** Milliseconds, of the events of a round. */
    record Latencies(Series call, Series recorded, Series committed) {}

    /** @param records SourceStarted and what follows it */
    LatencyRun(Stage stage, List<ConsumerRecord<byte[], byte[]>> records, Duration pace) {
        this.stage = stage;
        this.records = records;
        this.pace = pace;
    }

    Latencies measure(Duration call, Terms terms) throws Exception {
        String topic = stage.cluster().freshTopic("paced");
        String name = stage.cluster().freshName("sink");
        Marks marks = new Marks(records.size());
        ReplicationSink<String> sink = (event, effects) -> effects.run(SinkRun.EFFECT, terms.onAmbiguity(), key -> {
            int number = (int) event.position().sequence();
            marks.begun.set(number, marks.now());
            Stopwatch.pause(call);
            marks.ended.set(number, marks.now());
        });
        ExecutorService reader = Executors.newSingleThreadExecutor();
        try (KafkaProducer<byte[], byte[]> producer = stage.topics().producer();
                SinkService service = stage.sink()
                        .builder(name, topic, sink, terms.commitInterval())
                        .start()) {
            AutoCloseable unused = service.observe(marks::recorded); // ends with the service
            producer.send(EventTopics.copyOf(records.get(0), topic)).get();
            awaitFirst(service);
            CompletableFuture<Void> committed =
                    CompletableFuture.runAsync(() -> marks.readCommitted(stage.cluster(), name), reader);
            send(producer, topic, marks);
            SinkRun.awaitRecorded(service, records.size() - 1L, 0);
            committed.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            marks.awaitObserved();
        } finally {
            reader.shutdownNow();
        }
        return marks.latencies();
    }

    private static void awaitFirst(SinkService service) throws InterruptedException {
        while (service.status().queues().isEmpty()) {
            Stopwatch.pause(Duration.ofMillis(5));
        }
    }

    private void send(KafkaProducer<byte[], byte[]> producer, String topic, Marks marks) throws InterruptedException {
        Stopwatch watch = new Stopwatch();
        for (int number = 1; number < records.size(); number++) {
            Duration early = pace.multipliedBy(number).minus(watch.elapsed());
            if (early.toMillis() > 0) {
                Stopwatch.pause(early);
            }
            marks.sent.set(number, marks.now());
            var unused = producer.send(EventTopics.copyOf(records.get(number), topic));
        }
        producer.flush();
    }

    /** When each event reached each point, in nanoseconds since the round began; 0 until it has. Thread-safe. */
    private static final class Marks {

        private final Stopwatch watch = new Stopwatch();
        private final AtomicLongArray sent;
        private final AtomicLongArray begun;
        private final AtomicLongArray ended;
        private final AtomicLongArray recorded;
        private final AtomicLongArray committed;

        Marks(int size) {
            sent = new AtomicLongArray(size);
            begun = new AtomicLongArray(size);
            ended = new AtomicLongArray(size);
            recorded = new AtomicLongArray(size);
            committed = new AtomicLongArray(size);
        }

        long now() {
            return watch.elapsed().toNanos();
        }

        void recorded(AppliedEvent<?> applied) {
            recorded.set((int) applied.offset(), now());
        }

        /** Returns when the results of all events are committed. */
        void readCommitted(Cluster cluster, String sink) {
            TopicPartition changelog = new TopicPartition(sink + "-results-changelog", 0);
            Map<String, Object> settings = new HashMap<>(cluster.settings());
            settings.put("isolation.level", "read_committed");
            try (KafkaConsumer<byte[], byte[]> consumer =
                    new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
                consumer.assign(List.of(changelog));
                consumer.seekToBeginning(List.of(changelog));
                int left = committed.length() - 1;
                while (left > 0) {
                    for (ConsumerRecord<byte[], byte[]> result : consumer.poll(Duration.ofMillis(100))) {
                        OptionalLong offset = ResultTemplate.offset(result.value());
                        if (offset.isPresent()) {
                            committed.set((int) offset.getAsLong(), now());
                            left--;
                        }
                    }
                }
            }
        }

        void awaitObserved() throws InterruptedException, TimeoutException {
            Stopwatch waited = new Stopwatch();
            for (int number = 1; number < recorded.length(); number++) {
                while (recorded.get(number) == 0) {
                    if (waited.elapsed().compareTo(PATIENCE) > 0) {
                        throw new TimeoutException("Event " + number + " was never observed.");
                    }
                    Stopwatch.pause(Duration.ofMillis(1));
                }
            }
        }

        Latencies latencies() {
            return new Latencies(
                    between("the call itself", begun, ended),
                    between("recorded", sent, recorded),
                    between("committed", sent, committed));
        }

        private static Series between(String name, AtomicLongArray from, AtomicLongArray to) {
            Series milliseconds = new Series(name);
            for (int number = Math.min(SETTLING, from.length() / 2); number < from.length(); number++) {
                if (from.get(number) == 0 || to.get(number) < from.get(number)) {
                    throw new IllegalStateException("Event " + number + " went from " + from.get(number) + " to "
                            + to.get(number) + " ns, so its time means nothing.");
                }
                milliseconds.add((to.get(number) - from.get(number)) / 1e6);
            }
            return milliseconds;
        }
    }
}
