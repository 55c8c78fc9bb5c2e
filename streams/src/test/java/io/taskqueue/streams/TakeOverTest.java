package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.taskqueue.metrics.SinkMeters;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.sink.BreakerPolicy;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.sink.SinkStoppedException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TakeOverTest {

    private static final Uuid TOPIC = new Uuid(7, 8);

    @TempDir
    Path directory;

    private final AtomicInteger calls = new AtomicInteger();
    private final EventsInFlight events = new EventsInFlight(new OutcomeQueue<>());
    private SinkParts<String> parts;
    private MockProcessorContext<byte[], byte[]> context;
    private InFlightStore stored;

    private SinkProcessor<String> processor(ReplicationSink<String> sink) {
        SinkSettings<String> settings = new SinkSettings<>(SinkService.builder("alone", sink, PayloadCodec.utf8())
                .kafka(Map.of("bootstrap.servers", "127.0.0.1:1"))
                .stateDirectory(directory)
                .breaker(BreakerPolicy.OFF));
        WorkerThreads threads = new WorkerThreads(settings.name, settings.concurrency, null);
        CircuitBreaker breaker = new CircuitBreaker(settings.name, settings.breaker, settings.clock, threads::executeAfter);
        parts = new SinkParts<>(
                settings,
                new SinkParts.StreamThread(),
                new SinkParts.Workers(threads, breaker),
                new SinkParts.Watched(
                        new SinkProgress(new SinkMeters(new SimpleMeterRegistry(), settings.name), settings.clock),
                        new Observers(settings.name)),
                new SinkParts.Cluster<>(
                        () -> new EventTopicDescription(TOPIC, 1, 1_048_588, Map.of(0, 0L)),
                        new MovedOffsets(),
                        new DecodeAhead<>(settings)));
        context = new MockProcessorContext<>(new Properties(), new TaskId(0, 0), directory.toFile());
        for (String name : List.of(
                CommitHook.NAME,
                Checkpoints.NAME,
                InFlightStore.NAME,
                ResultsStore.NAME,
                Replays.NAME,
                ParkedStore.NAME)) {
            KeyValueStore<Bytes, byte[]> store =
                    Stores.inMemoryKeyValueStore(name).get();
            store.init(context.getStateStoreContext(), store);
            context.addStateStore(store);
            if (name.equals(InFlightStore.NAME)) {
                stored = new InFlightStore(store);
            }
        }
        return new SinkProcessor<>(parts);
    }

    private void inFlight(int tasks) {
        for (int task = 1; task <= tasks; task++) {
            InFlightEvent<String> event = events.next(task);
            stored.put(event.key, DeliveryContext.FIRST, event.value);
        }
    }

    @AfterEach
    void stop() {
        parts.workers().threads().close();
    }

    /** Kafka Streams commits, at a revocation and at a stop, only a task that was given a record or a tick since. */
    @Test
    void nothingRunsOrIsWrittenBeforeTheFirstPass() {
        SinkProcessor<String> processor = calling();
        inFlight(40);
        processor.init(context);

        neverCalls();
        assertThat(parts.quiesce().willCommit()).as("nothing would be lost").isTrue();
        KeyValueStore<Bytes, byte[]> mark = context.getStateStore(CommitHook.NAME);
        assertThat(mark.approximateNumEntries())
                .as("a flush without a commit would call the hook")
                .isZero();

        context.scheduledPunctuators().get(0).getPunctuator().punctuate(0);
        Awaitility.await().atMost(SinkWorld.PATIENCE).until(() -> calls.get() == 40);
        processor.close();
    }

    /** A task that Kafka Streams revives after a corruption keeps its schedules, and its processor comes back. */
    @Test
    void aClosedProcessorLeavesNoTicksBehind() {
        SinkProcessor<String> processor = calling();
        inFlight(1);
        processor.init(context);
        assertThat(context.scheduledPunctuators()).isNotEmpty();
        processor.close();
        assertThat(context.scheduledPunctuators()).allMatch(MockProcessorContext.CapturedPunctuator::cancelled);
    }

    /** Effects that ran now would be recorded nowhere, and run again at each start. */
    @Test
    void nothingRunsWhereWhatWasInFlightCannotBeReadWhole() {
        SinkProcessor<String> processor = calling();
        inFlight(40);
        stored.put(InFlightStore.key(TOPIC, 41), DeliveryContext.FIRST, "{\"broken".getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> processor.init(context)).isInstanceOf(SinkStoppedException.class);
        neverCalls();
    }

    private SinkProcessor<String> calling() {
        return processor((event, effects) -> effects.run("call", key -> calls.incrementAndGet()));
    }

    private void neverCalls() {
        Awaitility.await()
                .during(Duration.ofMillis(300))
                .atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(calls).hasValue(0));
    }
}
