package io.taskqueue.benchmarks.memory;

import io.taskqueue.benchmarks.measure.ChildJvm;
import io.taskqueue.benchmarks.measure.Stopwatch;
import io.taskqueue.kafka.TopicNames;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * A purge of all results of a sink while events go on.
 *
 * @param perSecond results that were deleted a second
 * @param p99Before the time from the send of an event to its effect that 99 % do not exceed, in ms, before the purge
 * @param p99During the same during the purge
 */
public record PurgeRun(long perSecond, double p99Before, double p99During) {

    /** Events each second, in all partitions. */
    public static final int TRAFFIC = 1_000;

    private static final Duration BEFORE = Duration.ofSeconds(10);
    /** A purge that is slower than 2,000 results a second, after the first minutes, is not waited for. */
    private static final Duration LONGEST = Duration.ofMinutes(5);

    private static final int LEAST_PER_SECOND = 2_000;
    private static final int MOST_POLLED = 100_000;
    private static final Duration TURN = Duration.ofMillis(20);

    /** What the sink's process runs with. */
    public record Setting(String servers, String sink, Path states, String heap, long memory) {}

    /** Starts the sink, which has the results of all events of a topic; sends more events, and moves the start of the log behind the first. */
    public static PurgeRun of(Setting setting, FilledTopic topic, Admin admin, KafkaProducer<byte[], byte[]> producer)
            throws Exception {
        try (ChildJvm sink = ChildJvm.start(
                        PurgedSink.class,
                        List.of("-Xmx" + setting.heap()),
                        setting.servers(),
                        setting.sink(),
                        topic.name(),
                        setting.states().toString(),
                        String.valueOf(setting.memory()),
                        String.valueOf(topic.partitions()));
                Tombstones tombstones = Tombstones.from(setting, admin, topic)) {
            String unused = sink.await("READY");
            Traffic traffic = new Traffic(topic, producer);
            Map<TopicPartition, RecordsToDelete> behind = ends(admin, topic);
            unused = phase(sink);
            Stopwatch before = new Stopwatch();
            while (before.elapsed().compareTo(BEFORE) < 0) {
                traffic.turn();
            }
            double p99Before = p99(phase(sink));
            Duration longest = LONGEST.plusSeconds(topic.events() / LEAST_PER_SECOND);
            Stopwatch purge = new Stopwatch();
            admin.deleteRecords(behind).all().get();
            while (tombstones.poll() < topic.events()) {
                traffic.turn();
                if (purge.elapsed().compareTo(longest) > 0) {
                    throw new IllegalStateException("Of " + topic.events() + " results, " + tombstones.poll()
                            + " were purged within " + longest.toSeconds() + " s.");
                }
            }
            long perSecond =
                    topic.events() * 1_000L / Math.max(1, purge.elapsed().toMillis());
            return new PurgeRun(perSecond, p99Before, p99(phase(sink)));
        }
    }

    private static String phase(ChildJvm sink) throws IOException {
        sink.send("phase");
        return sink.await("PHASE");
    }

    private static double p99(String phase) {
        String[] figures = phase.split(" ", -1);
        if (figures[0].equals("0")) {
            throw new IllegalStateException("No event was applied in a phase of the purge.");
        }
        return Double.parseDouble(figures[2]);
    }

    private static Map<TopicPartition, RecordsToDelete> ends(Admin admin, FilledTopic topic) throws Exception {
        Map<TopicPartition, RecordsToDelete> ends = new HashMap<>();
        Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
        topic.numbers().forEach(number -> latest.put(new TopicPartition(topic.name(), number), OffsetSpec.latest()));
        admin.listOffsets(latest)
                .all()
                .get()
                .forEach((partition, end) -> ends.put(partition, RecordsToDelete.beforeOffset(end.offset())));
        return ends;
    }

    /** Sends events at an even rate. For one thread. */
    private static final class Traffic {

        private final FilledTopic topic;
        private final KafkaProducer<byte[], byte[]> producer;
        private final QueueRecords records;
        private final Stopwatch since = new Stopwatch();
        private long sent;

        Traffic(FilledTopic topic, KafkaProducer<byte[], byte[]> producer) {
            this.topic = topic;
            this.producer = producer;
            this.records = new QueueRecords(topic.name());
        }

        /** Sends what is due, and waits a little. */
        void turn() throws InterruptedException {
            long due = since.elapsed().toMillis() * TRAFFIC / 1_000;
            for (; sent < due; sent++) {
                var unused = producer.send(topic.further(
                        records, topic.events() + sent, Clock.systemUTC().instant()));
            }
            Stopwatch.pause(TURN);
        }
    }

    /** Counts the results that are deleted, by what the sink commits to their changelog. For one thread. */
    private static final class Tombstones implements AutoCloseable {

        private final KafkaConsumer<byte[], byte[]> consumer;
        private long count;

        private Tombstones(KafkaConsumer<byte[], byte[]> consumer) {
            this.consumer = consumer;
        }

        static Tombstones from(Setting setting, Admin admin, FilledTopic topic) throws Exception {
            String changelog = TopicNames.changelog(setting.sink(), "results");
            List<TopicPartition> partitions = new ArrayList<>();
            admin.describeTopics(List.of(changelog)).allTopicNames().get().values().stream()
                    .flatMap(found -> found.partitions().stream())
                    .forEach(partition -> partitions.add(new TopicPartition(changelog, partition.partition())));
            KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                    Map.of(
                            "bootstrap.servers",
                            setting.servers(),
                            "isolation.level",
                            "read_committed",
                            "max.poll.records",
                            MOST_POLLED),
                    new ByteArrayDeserializer(),
                    new ByteArrayDeserializer());
            consumer.assign(partitions);
            consumer.seekToEnd(partitions);
            partitions.forEach(consumer::position);
            if (partitions.size() != topic.partitions()) {
                throw new IllegalStateException("Topic " + changelog + " has " + partitions.size() + " partitions.");
            }
            return new Tombstones(consumer);
        }

        /** Counts what has arrived: all of it, because this must not be what limits the purge. */
        long poll() {
            ConsumerRecords<byte[], byte[]> records = consumer.poll(Duration.ZERO);
            while (!records.isEmpty()) {
                for (ConsumerRecord<byte[], byte[]> record : records) {
                    if (record.value() == null) {
                        count++;
                    }
                }
                records = consumer.poll(Duration.ZERO);
            }
            return count;
        }

        @Override
        public void close() {
            consumer.close();
        }
    }
}
