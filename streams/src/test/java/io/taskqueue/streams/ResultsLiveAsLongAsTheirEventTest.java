package io.taskqueue.streams;

import io.taskqueue.streams.state.StoreNames;
import io.taskqueue.kafka.TopicNames;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.event.EventKind;
import io.taskqueue.streams.results.ResultFormat;
import io.taskqueue.streams.status.EffectCounts;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.utils.Bytes;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class ResultsLiveAsLongAsTheirEventTest {

    @Test
    void resultsOfEventsThatTheLogHasDroppedVanishAndTheRestIsReplayedFromTheRecord() throws Exception {
        try (SinkWorld world = new SinkWorld(1)) {
            world.source("quiet", 1).open().tasks(0, 100); // offsets 1 to 300
            EventTopicWriter busy = world.source("busy", 1).open(); // offset 301
            SinkService service = world.start(
                    world.sink("purging", world.calling(Duration.ZERO)).topicCheckInterval(Duration.ofMillis(200)));
            world.awaitCaughtUp("purging", service);
            assertThat(results("purging")).isEqualTo(keys("quiet", 1, 300));

            // the queue whose results are old gets no more events, but its partition does
            world.admin
                    .deleteRecords(Map.of(new TopicPartition(world.topic, 0), RecordsToDelete.beforeOffset(201)))
                    .all()
                    .get();
            int[] events = {0};
            Awaitility.await()
                    .atMost(SinkWorld.PATIENCE)
                    .pollInterval(Duration.ofMillis(300))
                    .until(() -> {
                        busy.next(EventKind.ENQUEUED, events[0]++);
                        return !results("purging").contains("quiet/1");
                    });
            world.awaitCaughtUp("purging", service);
            Set<String> left = keys("quiet", 201, 300);
            left.addAll(keys("busy", 1, events[0]));
            Awaitility.await().atMost(SinkWorld.PATIENCE).untilAsserted(() -> assertThat(results("purging"))
                    .isEqualTo(left));
            service.close();
            assertThat(world.ledger.calls()).hasSize(300 + events[0]);

            world.rewind("purging", 201);
            SinkService again = world.start(world.sink("purging", world.calling(Duration.ZERO)));
            world.awaitCaughtUp("purging", again);
            assertThat(again.status().effects()).isEqualTo(new EffectCounts(0, left.size(), 0, 0, 0, 0));
            assertThat(world.ledger.calls()).hasSize(300 + events[0]);
        }
    }

    private static Set<String> keys(String queue, long from, long to) {
        return LongStream.rangeClosed(from, to)
                .mapToObj(sequence -> queue + "/" + sequence)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** What the changelog of the results holds, as queue and sequence. */
    private static Set<String> results(String sink) {
        Map<Bytes, byte[]> latest = new HashMap<>();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", SinkWorld.bootstrap(), "isolation.level", "read_committed"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            TopicPartition partition = new TopicPartition(TopicNames.changelog(sink, StoreNames.RESULTS), 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            while (consumer.position(partition) < end) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                    if (record.value() == null) {
                        latest.remove(Bytes.wrap(record.key()));
                    } else {
                        latest.put(Bytes.wrap(record.key()), record.value());
                    }
                }
            }
        }
        return latest.keySet().stream()
                .map(key -> ResultFormat.key(sink, key))
                .map(key -> key.queueName() + "/" + key.position().sequence())
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
