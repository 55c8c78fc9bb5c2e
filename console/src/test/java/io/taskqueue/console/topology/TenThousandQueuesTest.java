package io.taskqueue.console.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.console.fold.EventTopicState;
import io.taskqueue.console.fold.FoldBounds;
import io.taskqueue.console.fold.PartitionFold;
import io.taskqueue.console.fold.QueueActivities;
import io.taskqueue.console.fold.QueueDirectory;
import io.taskqueue.console.fold.ViewEvents;
import io.taskqueue.console.model.QueueView;
import io.taskqueue.console.model.TaskQuery;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One view of 10,000 queues, with tasks in a store of Kafka Streams on disk. */
class TenThousandQueuesTest {

    private static final int QUEUES = 10_000;
    private static final int LIVE = 4;
    private static final Instant NOW = ViewEvents.BEGIN.plusSeconds(50);

    /** For each queue: its state, its view, its rates, and some of its history. */
    private static final long BYTES_PER_QUEUE = 3_000;

    @SuppressWarnings("ReferenceEquality") // a view that is not made again is the same object
    @Test
    void tenThousandQueuesTakeFewMegabytesAndAListOfThemIsReadyAtOnce(@TempDir Path directory) {
        Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
        MockProcessorContext<Void, Void> context =
                new MockProcessorContext<>(new Properties(), new TaskId(0, 0), directory.toFile());
        KeyValueStore<Bytes, byte[]> store = Stores.keyValueStoreBuilder(
                        Stores.persistentKeyValueStore(ViewTopology.VIEW), Serdes.Bytes(), Serdes.ByteArray())
                .withLoggingDisabled()
                .withCachingDisabled()
                .build();
        store.init(context.getStateStoreContext(), store);
        QueueActivities activities = new QueueActivities(1_000_000);
        QueueDirectory queues = new QueueDirectory();
        List<ViewEvents> sources = new ArrayList<>();
        for (int queue = 0; queue < QUEUES; queue++) {
            sources.add(new ViewEvents("queue-" + queue, 1));
        }

        long before = usedHeap();
        PartitionFold fold = new PartitionFold(
                0,
                new StreamsViewStore(store),
                new EventTopicState("id", 1, Map.of()),
                FoldBounds.DEFAULT,
                activities,
                clock);
        long offset = 0;
        for (ViewEvents source : sources) {
            for (int task = 1; task <= LIVE; task++) {
                var unused = fold.apply(source.enqueued(task), offset++);
            }
        }
        for (int sample = 0; sample < 8; sample++) {
            fold.refresh(queues, Instant.MIN, true);
            queues.publish();
        }
        long perQueue = (usedHeap() - before) / QUEUES;
        assertThat(perQueue).as("bytes of heap for each queue").isLessThan(BYTES_PER_QUEUE);

        List<QueueView> all = queues.queues();
        assertThat(all).hasSize(QUEUES);
        assertThat(all.get(0).depth().pending()).isEqualTo(LIVE);
        fold.refresh(queues, Instant.MIN, false);
        queues.publish();
        assertThat(queues.queues() == all)
                .as("the same list where nothing has changed")
                .isTrue();

        var unused = fold.apply(sources.get(4_711).leased(1, 1), offset++);
        fold.refresh(queues, Instant.MIN, false);
        queues.publish();
        List<QueueView> next = queues.queues();
        long replaced = 0;
        for (int index = 0; index < QUEUES; index++) {
            replaced += next.get(index) == all.get(index) ? 0 : 1;
        }
        assertThat(replaced).as("views that were made again").isEqualTo(1);
        assertThat(queues.queue("queue-4711").orElseThrow().depth().leased()).isEqualTo(1);
        assertThat(fold.tasks(new TaskQuery("queue-4711", null, null, 10, null)).items())
                .hasSize(LIVE);

        store.close();
    }

    private static long usedHeap() {
        Runtime runtime = Runtime.getRuntime();
        for (int round = 0; round < 3; round++) {
            System.gc();
        }
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
