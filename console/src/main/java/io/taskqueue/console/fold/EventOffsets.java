package io.taskqueue.console.fold;

import io.taskqueue.streams.state.StateReader;
import io.taskqueue.streams.state.StateWriter;
import java.util.Arrays;
import java.util.List;

/**
 * The offsets of a task's events in its partition: the first one and the newest ones, up to a bound. Immutable.
 *
 * <pre>
 *   stored   events 8 | kept 4 | offset 8 ...
 * </pre>
 */
public final class EventOffsets {

    private final long events;
    private final long[] kept;

    private EventOffsets(long events, long[] kept) {
        this.events = events;
        this.kept = kept;
    }

    /** Of a task with one event. */
    static EventOffsets of(long offset) {
        return new EventOffsets(1, new long[] {offset});
    }

    /** With one more event; beyond the bound, the oldest after the first is left out. */
    EventOffsets plus(long offset, int bound) {
        long[] next;
        if (kept.length < bound) {
            next = Arrays.copyOf(kept, kept.length + 1);
        } else {
            next = new long[bound];
            next[0] = kept[0];
            int newest = bound - 2;
            System.arraycopy(kept, kept.length - newest, next, 1, newest);
        }
        next[next.length - 1] = offset;
        return new EventOffsets(events + 1, next);
    }

    /** How many events the task has had. */
    public long events() {
        return events;
    }

    /** The offset of the newest event. */
    long newest() {
        return kept[kept.length - 1];
    }

    /** The offsets that are kept, oldest event first. */
    public List<Long> kept() {
        return Arrays.stream(kept).boxed().toList();
    }

    void write(StateWriter to) {
        to.putLong(events).putInt(kept.length);
        for (long offset : kept) {
            to.putLong(offset);
        }
    }

    static EventOffsets read(StateReader from) {
        long events = from.readLong();
        long[] kept = new long[from.readInt()];
        for (int at = 0; at < kept.length; at++) {
            kept[at] = from.readLong();
        }
        return new EventOffsets(events, kept);
    }
}
