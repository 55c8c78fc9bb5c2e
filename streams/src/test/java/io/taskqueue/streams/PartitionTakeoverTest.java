package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.sink.SinkStoppedException;
import io.taskqueue.streams.clients.EventTopicDescription;
import io.taskqueue.streams.clients.OffsetResets;
import io.taskqueue.streams.clients.PollBudget;
import io.taskqueue.streams.partition.InFlightStoreFiller;
import io.taskqueue.streams.replay.MovedOffsets;
import io.taskqueue.streams.state.StoreNames;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.errors.TaskMigratedException;
import org.apache.kafka.streams.processor.Punctuator;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PartitionTakeoverTest {

    private static final Uuid TOPIC = new Uuid(7, 8);

    @TempDir
    Path directory;

    private LonePartition partition;
    private MockProcessorContext<byte[], byte[]> context;
    private InFlightStoreFiller inFlight;
    private SinkProcessor<String> processor;

    @BeforeEach
    void start() {
        partition = new LonePartition(directory);
        EventTopicDescription description = new EventTopicDescription(TOPIC, 1, 1_048_588, Map.of(0, 0L), Map.of());
        processor = new SinkProcessor<>(
                partition.settings,
                (results, state, number) -> partition.work(results, state, () -> description, number),
                () -> description,
                new SinkProcessor.Offsets(new MovedOffsets(), new OffsetResets("events", new MovedOffsets())),
                new CommitHook(),
                new PollBudget());
        context = new MockProcessorContext<>(new Properties(), new TaskId(0, 0), directory.toFile());
        for (String name : List.of(CommitHook.NAME, StoreNames.RESULTS, StoreNames.STATE)) {
            KeyValueStore<Bytes, byte[]> store =
                    Stores.inMemoryKeyValueStore(name).get();
            store.init(context.getStateStoreContext(), store);
            context.addStateStore(store);
        }
        inFlight = new InFlightStoreFiller(new StreamsKeyValues(context.getStateStore(StoreNames.STATE)));
    }

    @AfterEach
    void stop() {
        partition.close();
    }

    /** Kafka Streams commits, at a revocation and at a stop, only a task that was given a record or a tick since. */
    @Test
    void nothingRunsOrIsWrittenBeforeTheFirstPass() {
        inFlight.put(40);
        processor.init(context);

        assertNothingRuns();
        assertThat(partition.lifecycle.safeToRevoke())
                .as("nothing would be lost")
                .isTrue();
        KeyValueStore<Bytes, byte[]> hook = context.getStateStore(CommitHook.NAME);
        assertThat(hook.approximateNumEntries())
                .as("a flush without a commit would call the hook")
                .isZero();

        context.scheduledPunctuators().get(0).getPunctuator().punctuate(0);
        Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> partition.calls.get() == 40);
        processor.close();
    }

    /** A task that Kafka Streams revives after a corruption keeps its schedules, and its processor is initialized again. */
    @Test
    void aClosedProcessorLeavesNoTicksBehind() {
        inFlight.put(1);
        processor.init(context);
        assertThat(context.scheduledPunctuators()).isNotEmpty();
        processor.close();
        assertThat(context.scheduledPunctuators()).allMatch(MockProcessorContext.CapturedPunctuator::cancelled);
    }

    /** Its offsets may be committed past records that it polled and never processed. */
    @Test
    void aRevivedProcessorRefusesEachPassAndRunsNothing() {
        processor.init(context);
        processor.close();
        inFlight.put(40);
        processor.init(context);

        Punctuator tick = context.scheduledPunctuators()
                .get(context.scheduledPunctuators().size() - 1)
                .getPunctuator();
        assertThatThrownBy(() -> tick.punctuate(0)).isInstanceOf(TaskMigratedException.class);
        assertNothingRuns();
        processor.close();
    }

    /** Effects that ran now would not be recorded, and would run again at each start. */
    @Test
    void nothingRunsWhereAnEventInFlightCannotBeDecoded() {
        inFlight.put(40);
        inFlight.put(TOPIC, 41, "{\"broken".getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> processor.init(context)).isInstanceOf(SinkStoppedException.class);
        assertNothingRuns();
    }

    private void assertNothingRuns() {
        Awaitility.await()
                .during(Duration.ofMillis(300))
                .atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(partition.calls).hasValue(0));
    }
}
