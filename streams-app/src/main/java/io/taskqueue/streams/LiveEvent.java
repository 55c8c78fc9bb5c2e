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
    final EffectMode mode;
    final EventResults results;

    /** Tries so far. */
    int tries;

    /** Actions that ran in the tries before. */
    int ranBefore;

    LiveEvent(Bytes key, long offset, ReplicationEvent<T> event, byte[] value, EffectMode mode, EventResults results) {
        this.key = key;
        this.offset = offset;
        this.event = event;
        this.value = value;
        this.mode = mode;
        this.results = results;
    }

    boolean replayed() {
        return mode == EffectMode.RECORDED_ONLY;
    }
}
