package io.taskqueue.benchmarks.latency;

import io.taskqueue.benchmarks.broker.BenchmarkCluster;
import io.taskqueue.benchmarks.effects.EffectSettings;
import io.taskqueue.benchmarks.effects.EffectsSetup;
import io.taskqueue.benchmarks.effects.ResultTemplate;
import io.taskqueue.benchmarks.effects.SinkRun;
import io.taskqueue.benchmarks.effects.WorkloadTopics;
import io.taskqueue.benchmarks.measure.Samples;
import io.taskqueue.benchmarks.measure.Stopwatch;
import io.taskqueue.kafka.TopicNames;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.streams.SinkService;
import io.taskqueue.streams.state.StoreNames;
import io.taskqueue.streams.status.AppliedEvent;
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
 * Sends events one by one at a fixed rate, and measures the time until the result of each is recorded and is committed.
 *
 * <pre>
 *   send ---- in Kafka ---- polled, decoded ---- call starts ---- call ends ---- recorded ---- committed
 *   |_ an event's time starts here                                              |             |
 *                                           reported to an observer of the service _|           |
 *                                        received by a read_committed consumer of the changelog _|
 * </pre>
 *
 * <p>Both ends are outside of what is measured: an event is in Kafka slightly after its time starts, and its result is recorded
 * slightly before the observer is notified.
 */
final class LatencyRun {

    private static final Duration TIMEOUT = Duration.ofMinutes(1);

    /** The number of events at the beginning of a round that are not counted, because the service has just started. */
    private static final int UNCOUNTED = 25;

    private final EffectsSetup setup;
    private final List<ConsumerRecord<byte[], byte[]>> records;
    private final Duration interval;

    /** The latencies of a round's events, in milliseconds. */
    record Latencies(Samples call, Samples recorded, Samples committed) {}

    /**
     * @param records SourceStarted and the events after it
     * @param interval the time between two events
     */
    LatencyRun(EffectsSetup setup, List<ConsumerRecord<byte[], byte[]>> records, Duration interval) {
        this.setup = setup;
        this.records = records;
        this.interval = interval;
    }

    Latencies measure(Duration call, EffectSettings settings) throws Exception {
        String topic = setup.cluster().newTopic("latency");
        String name = setup.cluster().newName("sink");
        Timestamps timestamps = new Timestamps(records.size());
        ReplicationSink<String> sink = (event, effects) -> effects.run(SinkRun.EFFECT, settings.onAmbiguity(), key -> {
            int number = (int) event.position().sequence();
            timestamps.callStarted.set(number, timestamps.now());
            Stopwatch.pause(call);
            timestamps.callEnded.set(number, timestamps.now());
        });
        ExecutorService reader = Executors.newSingleThreadExecutor();
        try (KafkaProducer<byte[], byte[]> producer = setup.topics().producer();
                SinkService service = setup.sink()
                        .builder(name, topic, sink, settings.commitInterval())
                        .start()) {
            AutoCloseable unused = service.observe(timestamps::recorded); // closed with the service
            producer.send(WorkloadTopics.copyOf(records.get(0), topic)).get();
            awaitFirst(service);
            CompletableFuture<Void> committed =
                    CompletableFuture.runAsync(() -> timestamps.readCommitted(setup.cluster(), name), reader);
            send(producer, topic, timestamps);
            SinkRun.awaitRecorded(service, records.size() - 1L, 0);
            committed.get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
            timestamps.awaitObserved();
        } finally {
            reader.shutdownNow();
        }
        return timestamps.latencies();
    }

    private static void awaitFirst(SinkService service) throws InterruptedException {
        while (service.status().queues().isEmpty()) {
            Stopwatch.pause(Duration.ofMillis(5));
        }
    }

    private void send(KafkaProducer<byte[], byte[]> producer, String topic, Timestamps timestamps)
            throws InterruptedException {
        Stopwatch watch = new Stopwatch();
        for (int number = 1; number < records.size(); number++) {
            Duration remaining = interval.multipliedBy(number).minus(watch.elapsed());
            if (remaining.toMillis() > 0) {
                Stopwatch.pause(remaining);
            }
            timestamps.sent.set(number, timestamps.now());
            var unused = producer.send(WorkloadTopics.copyOf(records.get(number), topic));
        }
        producer.flush();
    }

    /** When each event reached each point, in nanoseconds since the round started; 0 if it has not. Thread-safe. */
    private static final class Timestamps {

        private final Stopwatch watch = new Stopwatch();
        private final AtomicLongArray sent;
        private final AtomicLongArray callStarted;
        private final AtomicLongArray callEnded;
        private final AtomicLongArray recorded;
        private final AtomicLongArray committed;

        Timestamps(int size) {
            sent = new AtomicLongArray(size);
            callStarted = new AtomicLongArray(size);
            callEnded = new AtomicLongArray(size);
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
        void readCommitted(BenchmarkCluster cluster, String sink) {
            TopicPartition changelog = new TopicPartition(TopicNames.changelog(sink, StoreNames.RESULTS), 0);
            Map<String, Object> settings = new HashMap<>(cluster.settings());
            settings.put("isolation.level", "read_committed");
            try (KafkaConsumer<byte[], byte[]> consumer =
                    new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
                consumer.assign(List.of(changelog));
                consumer.seekToBeginning(List.of(changelog));
                int missing = committed.length() - 1;
                while (missing > 0) {
                    for (ConsumerRecord<byte[], byte[]> result : consumer.poll(Duration.ofMillis(100))) {
                        OptionalLong offset = ResultTemplate.offset(result.value());
                        if (offset.isPresent()) {
                            committed.set((int) offset.getAsLong(), now());
                            missing--;
                        }
                    }
                }
            }
        }

        void awaitObserved() throws InterruptedException, TimeoutException {
            Stopwatch waited = new Stopwatch();
            for (int number = 1; number < recorded.length(); number++) {
                while (recorded.get(number) == 0) {
                    if (waited.elapsed().compareTo(TIMEOUT) > 0) {
                        throw new TimeoutException("The observer was not notified of event " + number + " within "
                                + TIMEOUT.toSeconds() + " s.");
                    }
                    Stopwatch.pause(Duration.ofMillis(1));
                }
            }
        }

        Latencies latencies() {
            return new Latencies(
                    between("the call itself", callStarted, callEnded),
                    between("recorded", sent, recorded),
                    between("committed", sent, committed));
        }

        private static Samples between(String name, AtomicLongArray from, AtomicLongArray to) {
            Samples milliseconds = new Samples(name);
            for (int number = Math.min(UNCOUNTED, from.length() / 2); number < from.length(); number++) {
                if (from.get(number) == 0 || to.get(number) < from.get(number)) {
                    throw new IllegalStateException("The time of event " + number + " is from " + from.get(number)
                            + " to " + to.get(number) + " ns, which is not meaningful.");
                }
                milliseconds.add((to.get(number) - from.get(number)) / 1e6);
            }
            return milliseconds;
        }
    }
}
