package io.taskqueue.streams.partition;

import io.taskqueue.streams.checkpoint.EventLocation;
import io.taskqueue.streams.replay.DeliveryContext;
import io.taskqueue.streams.state.KeyValues;
import io.taskqueue.streams.state.StateKind;
import org.apache.kafka.common.Uuid;

/** Puts events into the store of a partition, as if they had been in flight at its last commit. */
public final class InFlightStoreFiller {

    private final InFlightEventFactory events = new InFlightEventFactory(new OutcomeQueue(), new PartitionLifecycle());
    private final InFlightStore store;

    public InFlightStoreFiller(KeyValues state) {
        this.store = new InFlightStore(StateKind.IN_FLIGHT.in(state));
    }

    /** One event of each of a number of tasks. */
    public void put(int tasks) {
        for (int task = 1; task <= tasks; task++) {
            InFlightEvent<String> event = events.next(task);
            store.put(event.location(), event.delivery(), event.value());
        }
    }

    /** An event with any value. */
    public void put(Uuid topicId, long offset, byte[] value) {
        store.put(new EventLocation(topicId, offset), DeliveryContext.FIRST, value);
    }
}
