package io.taskqueue.streams.partition;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.SourceMetadata;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.event.TaskId;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.serde.ReplicationEventCodec;
import io.taskqueue.streams.checkpoint.EventLocation;
import io.taskqueue.streams.checkpoint.PeerPositions;
import io.taskqueue.streams.execution.Pause;
import io.taskqueue.streams.replay.DeliveryContext;
import io.taskqueue.streams.results.RecordedResults;
import io.taskqueue.streams.state.RecordLimit;
import java.time.Instant;
import org.apache.kafka.common.Uuid;

/** Events in flight without a topic: each has the offset of its sequence number. */
final class InFlightEventFactory {

    private static final Instant THEN = Instant.parse("2026-01-02T03:04:05Z");
    private static final Uuid TOPIC = new Uuid(7, 8);
    private static final RecordLimit LIMIT = new RecordLimit(1_000_000, "a test");

    private final OutcomeQueue outcomes;
    private final PartitionLifecycle lifecycle;
    private long sequence;

    InFlightEventFactory(OutcomeQueue outcomes, PartitionLifecycle lifecycle) {
        this.outcomes = outcomes;
        this.lifecycle = lifecycle;
    }

    /** The next event of queue orders, of a task. */
    InFlightEvent<String> next(int task) {
        return next(task, DeliveryContext.FIRST);
    }

    InFlightEvent<String> next(int task, DeliveryContext delivery) {
        sequence++;
        Task<String> about = new Task<>(new TaskId("orders", 1, task), 1, THEN, "payload");
        ReplicationEvent<String> event = ReplicationEvent.of(
                "orders",
                new SourceMetadata(new Position(1, sequence), "test", null, THEN),
                TaskEvent.builder(EventKind.ENQUEUED, sequence, THEN, about).build());
        byte[] value = new ReplicationEventCodec<>(PayloadCodec.utf8()).encode(event);
        return new InFlightEvent<>(
                new EventLocation(TOPIC, sequence),
                event,
                value,
                delivery,
                new EventResults(
                        RecordedResults.NONE,
                        sequence,
                        outcomes::add,
                        new Intents(lifecycle, InFlightEventFactory::noPause),
                        LIMIT),
                PeerPositions.DEFAULT);
    }

    private static Pause noPause() {
        throw new AssertionError("No test of this needs an intent.");
    }
}
