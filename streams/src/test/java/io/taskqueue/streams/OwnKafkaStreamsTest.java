package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.streams.state.StateKind;
import io.taskqueue.streams.state.StoreNames;
import java.time.Duration;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class OwnKafkaStreamsTest {

    @Test
    void aWiredTopologyRecordsResultsAndDeletesThemAfterTheLogHasDroppedTheirEvents() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1);
                SinkTopology sink = cluster.sink("own", cluster.calling(Duration.ZERO))
                        .topicCheckInterval(Duration.ofMillis(200))
                        .topology()) {
            KafkaStreams streams =
                    new KafkaStreams(sink.topology(), new StreamsConfig(sink.properties()), sink.clients());
            try {
                streams.setUncaughtExceptionHandler(thrown -> StreamThreadExceptionResponse.SHUTDOWN_CLIENT);
                streams.start();
                EventTopicWriter source = cluster.source("orders", 1).open();
                source.tasks(0, 100);
                Awaitility.await()
                        .atMost(SinkTestCluster.PATIENCE)
                        .ignoreExceptions()
                        .until(() -> count(streams, StoreNames.RESULTS) == 300);
                Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> inFlight(streams) == 0);

                cluster.admin
                        .deleteRecords(Map.of(new TopicPartition(cluster.topic, 0), RecordsToDelete.beforeOffset(201)))
                        .all()
                        .get();
                int task = 100;
                // the purge begins with the next event, after the log's start was read again
                while (count(streams, StoreNames.RESULTS) > 100 + 3 * (task - 100) && task < 1_000) {
                    source.tasks(task, ++task);
                    int calls = 3 * task;
                    Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> cluster.ledger.keys() == calls);
                    Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> inFlight(streams) == 0);
                }
                int expected = 100 + 3 * (task - 100);
                Awaitility.await()
                        .atMost(SinkTestCluster.PATIENCE)
                        .until(() -> count(streams, StoreNames.RESULTS) == expected);
            } finally {
                sink.quiesce();
                SinkTestCluster.leaveAndClose(streams);
            }
            assertThat(cluster.ledger.repeated()).isEmpty();
        }
    }

    private static int inFlight(KafkaStreams streams) {
        return count(streams, StoreNames.STATE, StateKind.IN_FLIGHT::owns);
    }

    private static int count(KafkaStreams streams, String store) {
        return count(streams, store, key -> true);
    }

    private static int count(KafkaStreams streams, String store, Predicate<byte[]> counted) {
        ReadOnlyKeyValueStore<Bytes, byte[]> entries =
                streams.store(StoreQueryParameters.fromNameAndType(store, QueryableStoreTypes.keyValueStore()));
        int count = 0;
        try (KeyValueIterator<Bytes, byte[]> all = entries.all()) {
            while (all.hasNext()) {
                if (counted.test(all.next().key.get())) {
                    count++;
                }
            }
        }
        return count;
    }
}
