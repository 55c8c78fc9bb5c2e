package io.taskqueue.source;

import io.taskqueue.event.Position;
import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskEvent;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An event in the buffer, numbered and stamped with the time, and the link to the one behind it. */
final class Buffered<T> {

    /** What a record has beyond its payload and its error, roughly: names, numbers, headers. */
    private static final int ENVELOPE_BYTES = 512;

    final Position position;
    final Instant recordedAt;
    final TaskEvent<T> change;
    final byte[] payload;
    /** Guarded by the buffer. */
    @Nullable
    Buffered<T> next;

    Buffered(Position position, Instant recordedAt, TaskEvent<T> change, byte[] payload) {
        this.position = position;
        this.recordedAt = recordedAt;
        this.change = change;
        this.payload = payload;
    }

    long bytes() {
        return (long) ENVELOPE_BYTES
                + payload.length
                + change.error().map(Buffered::bytes).orElse(0L);
    }

    private static long bytes(TaskError error) {
        long bytes = error.message().length();
        bytes += error.code() == null ? 0 : error.code().length();
        for (Map.Entry<String, String> fact : error.metadata().entrySet()) {
            bytes += fact.getKey().length() + fact.getValue().length();
        }
        return bytes;
    }
}
