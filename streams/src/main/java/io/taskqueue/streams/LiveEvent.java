package io.taskqueue.streams;

import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.sink.EffectMode;
import org.apache.kafka.common.utils.Bytes;

/**
 * An event between being seen and being applied. It belongs to the stream thread, but for its tries, which belong to the one
 * worker that runs it.
 */
final class LiveEvent<T> {

    /** Its key in the in-flight store. */
    final Bytes key;

    final long offset;
    final ReplicationEvent<T> event;
    final byte[] value;
    final Pass pass;
    final EventResults results;

    /** Whose it is, for the peers' positions. */
    final String peer;

    /** Tries so far. */
    int tries;

    /** Effects that were recorded in the tries before. */
    int ranBefore;

    /** Effects of which nobody knew whether they were done. */
    int ambiguous;

    LiveEvent(InFlightStore.Stored stored, ReplicationEvent<T> event, EventResults results, String peer) {
        this.key = stored.key();
        this.offset = stored.offset();
        this.event = event;
        this.value = stored.value().get();
        this.pass = stored.pass();
        this.results = results;
        this.peer = peer;
    }

    /** Whether its effects come from the record alone, so that it says nothing about the target and needs nothing of it. */
    boolean runsNothing() {
        return pass.mode() == EffectMode.RECORDED_ONLY;
    }

    boolean replayed() {
        return pass.replayed();
    }
}
