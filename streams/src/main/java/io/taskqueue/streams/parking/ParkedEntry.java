package io.taskqueue.streams.parking;

import io.taskqueue.event.Position;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.serde.ReplicationEventCodec;
import io.taskqueue.streams.replay.DeliveryContext;
import java.time.Instant;
import org.apache.kafka.common.utils.Bytes;

/**
 * A parked or discarded event as it is stored, with all that is needed to deliver it again.
 *
 * @param delivery how it is delivered when it is redriven; its round counts how often it was parked
 * @param since when it was parked, the last time
 * @param released whether its task is being redriven; on the first event of the task
 * @param queue the event's queue, which need not be the queue that its task was enqueued into first
 * @param value the event's JSON
 */
public record ParkedEntry(
        ParkedKey key,
        DeliveryContext delivery,
        Instant since,
        boolean released,
        String queue,
        Position position,
        ParkedState state,
        Bytes value) {

    private static final ReplicationEventCodec<String> CODEC = new ReplicationEventCodec<>(PayloadCodec.jsonText());

    public boolean discarded() {
        return state instanceof ParkedState.Discarded;
    }

    ParkedEntry withReleased(boolean now) {
        return new ParkedEntry(key, delivery, since, now, queue, position, state, value);
    }

    ParkedEntry with(ParkedState other) {
        return new ParkedEntry(key, delivery, since, false, queue, position, other, value);
    }

    /**
     * The entry as operators see it.
     *
     * @param partition its partition of the event topic
     */
    public ParkedEvent shown(int partition) {
        return new ParkedEvent(
                CODEC.decode(value.get()), partition, key.offset(), since, delivery.round(), released, state);
    }
}
