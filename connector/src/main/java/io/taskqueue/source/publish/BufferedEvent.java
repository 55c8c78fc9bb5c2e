package io.taskqueue.source.publish;

import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskEvent;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An event in the buffer, with its position, and the link to the next one. */
final class BufferedEvent<T> {

    /** What a record has beyond its payload and its error, approximately: names, numbers, headers. */
    private static final int ENVELOPE_BYTES = 512;

    final long epoch;
    final long sequence;
    final Instant recordedAt;
    /** When the event was appended, by the ticker. */
    final long appendedNanos;

    final TaskEvent<T> change;
    /** Null if the event is published without it. */
    final byte @Nullable [] payload;

    private final int bytes; // asked for by several threads, whose caches need not hold the payload

    /**
     * The event as it is published, built once by the publisher, whose thread may run the user's code that resolves the owner.
     */
    @Nullable
    ReplicationEvent<T> published;

    /** Guarded by the buffer. */
    @Nullable
    BufferedEvent<T> next;

    BufferedEvent(
            long epoch,
            long sequence,
            Instant recordedAt,
            long appendedNanos,
            TaskEvent<T> change,
            byte @Nullable [] payload) {
        this.epoch = epoch;
        this.sequence = sequence;
        this.recordedAt = recordedAt;
        this.appendedNanos = appendedNanos;
        this.change = change;
        this.payload = payload;
        this.bytes = (int) Math.min(Integer.MAX_VALUE, bytes(change, payload));
    }

    Position position() {
        return new Position(epoch, sequence);
    }

    /** About how many bytes its record has. */
    int bytes() {
        return bytes;
    }

    private static long bytes(TaskEvent<?> change, byte @Nullable [] payload) {
        return (long) ENVELOPE_BYTES
                + (payload == null ? 0 : payload.length)
                + change.error().map(BufferedEvent::bytes).orElse(0L);
    }

    private static long bytes(TaskError error) {
        long bytes = error.message().length();
        bytes += error.code() == null ? 0 : error.code().length();
        for (Map.Entry<String, String> entry : error.metadata().entrySet()) {
            bytes += entry.getKey().length() + entry.getValue().length();
        }
        return bytes;
    }
}
