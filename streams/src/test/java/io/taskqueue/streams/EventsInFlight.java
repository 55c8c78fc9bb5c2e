package io.taskqueue.streams;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.SourceMetadata;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.event.TaskId;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.serde.ReplicationEventCodec;
import java.time.Instant;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Bytes;

/** Events in flight without a topic: each has the offset of its sequence number. */
final class EventsInFlight {

    private static final Instant THEN = Instant.parse("2026-01-02T03:04:05Z");

    private final OutcomeQueue<Outcome> handover;
    private long sequence;

    EventsInFlight(OutcomeQueue<Outcome> handover) {
        this.handover = handover;
    }

    /** The next event of queue orders, of a task. */
    InFlightEvent<String> next(int task) {
        return next(task, DeliveryContext.FIRST);
    }

    InFlightEvent<String> next(int task, DeliveryContext pass) {
        sequence++;
        Task<String> about = new Task<>(new TaskId("orders", 1, task), 1, THEN, "payload");
        ReplicationEvent<String> event = ReplicationEvent.of(
                "orders",
                new SourceMetadata(new Position(1, sequence), "test", null, THEN),
                TaskEvent.builder(EventKind.ENQUEUED, sequence, THEN, about).build());
        byte[] value = new ReplicationEventCodec<>(PayloadCodec.utf8()).encode(event);
        return new InFlightEvent<>(
                new InFlightStore.Stored(
                        InFlightStore.key(new Uuid(7, 8), sequence), sequence, pass, Bytes.wrap(value)),
                event,
                new EventResults(RecordedResults.NONE, sequence, false, handover, new Intents()),
                PeerPositions.DEFAULT);
    }
}
