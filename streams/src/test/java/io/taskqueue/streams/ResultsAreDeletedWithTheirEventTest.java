package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.event.EventKind;
import io.taskqueue.kafka.TopicNames;
import io.taskqueue.streams.results.ResultFormat;
import io.taskqueue.streams.state.StoreNames;
import io.taskqueue.streams.status.EffectCounts;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Bytes;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class ResultsAreDeletedWithTheirEventTest {

    @Test
    void resultsOfEventsThatTheLogHasDroppedAreDeletedAndTheOthersAreReturnedInAReplay() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1)) {
            cluster.source("quiet", 1).open().tasks(0, 100); // offsets 1 to 300
            EventTopicWriter busy = cluster.source("busy", 1).open(); // offset 301
            SinkService service = cluster.start(
                    cluster.sink("purging", cluster.calling(Duration.ZERO)).topicCheckInterval(Duration.ofMillis(200)));
            cluster.awaitCaughtUp("purging", service);
            assertThat(results("purging")).isEqualTo(keys("quiet", 1, 300));

            // the queue whose results are old gets no more events, but its partition does
            cluster.admin
                    .deleteRecords(Map.of(new TopicPartition(cluster.topic, 0), RecordsToDelete.beforeOffset(201)))
                    .all()
                    .get();
            int[] events = {0};
            Awaitility.await()
                    .atMost(SinkTestCluster.PATIENCE)
                    .pollInterval(Duration.ofMillis(300))
                    .until(() -> {
                        busy.next(EventKind.ENQUEUED, events[0]++);
                        return !results("purging").contains("quiet/1");
                    });
            cluster.awaitCaughtUp("purging", service);
            Set<String> kept = keys("quiet", 201, 300);
            kept.addAll(keys("busy", 1, events[0]));
            Awaitility.await().atMost(SinkTestCluster.PATIENCE).untilAsserted(() -> assertThat(results("purging"))
                    .isEqualTo(kept));
            service.close();
            assertThat(cluster.ledger.calls()).hasSize(300 + events[0]);

            cluster.rewind("purging", 201);
            SinkService again = cluster.start(cluster.sink("purging", cluster.calling(Duration.ZERO)));
            cluster.awaitCaughtUp("purging", again);
            assertThat(again.status().effects()).isEqualTo(new EffectCounts(0, kept.size(), 0, 0, 0, 0));
            assertThat(cluster.ledger.calls()).hasSize(300 + events[0]);
        }
    }

    private static Set<String> keys(String queue, long from, long to) {
        return LongStream.rangeClosed(from, to)
                .mapToObj(sequence -> queue + "/" + sequence)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The contents of the changelog of results, as queue and sequence. */
    private static Set<String> results(String sink) {
        Map<Bytes, byte[]> latest = new HashMap<>();
        SinkTestCluster.readCommitted(TopicNames.changelog(sink, StoreNames.RESULTS), record -> {
            if (record.value() == null) {
                latest.remove(Bytes.wrap(record.key()));
            } else {
                latest.put(Bytes.wrap(record.key()), record.value());
            }
        });
        return latest.keySet().stream()
                .map(key -> ResultFormat.key(sink, key))
                .map(key -> key.queueName() + "/" + key.position().sequence())
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
