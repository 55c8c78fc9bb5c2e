package io.taskqueue.console.fold;

import io.taskqueue.console.model.TaskView;
import io.taskqueue.event.Priority;
import io.taskqueue.event.TaskId;
import io.taskqueue.streams.state.StateReader;
import io.taskqueue.streams.state.StateWriter;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A task as of its newest event, without its payload.
 *
 * <pre>
 *   stored   version 1 | phase 1 | attempt 4 | last error | lease expiration | available at | enqueued at | key | priority
 *            | epoch 8 | changed at | entered at offset 8 | entered at | offsets of events
 * </pre>
 *
 * <p>Format version 1 has no priority; a normal one is stored as none. An instant that may be missing is stored behind a flag. The identity and the queue are in the key, see {@link ViewKeys}.
 *
 * @param queueName the queue that has it
 * @param progress where it is
 * @param place since when it is there
 */
public record IndexedTask(
        TaskId id,
        String queueName,
        Progress progress,
        Instant enqueuedAt,
        @Nullable String key,
        Priority priority,
        Place place,
        EventOffsets events) {

    private static final byte VERSION = 2;
    private static final byte WITHOUT_PRIORITY = 1;
    private static final int USUAL_BYTES = 160;

    /**
     * Where a task is; see {@link TaskView} for the parts.
     *
     * @param lastError shortened
     */
    record Progress(
            ViewPhase phase,
            int attempt,
            @Nullable String lastError,
            @Nullable Instant leaseExpiration,
            @Nullable Instant availableAt) {

        /** When the owner of the queue has to act next, at the latest; null if it waits for a worker, or for nothing. */
        @Nullable
        Instant deadline() {
            return switch (phase) {
                case LEASED -> leaseExpiration;
                case DELAYED -> availableAt;
                case PENDING, HANDED_OVER, DEAD, DRAINED, COMPLETED -> null;
            };
        }
    }

    /**
     * Since when a task is in its phase.
     *
     * @param epoch the epoch of its newest event
     * @param changedAt when its newest event occurred
     * @param offset the event with which it entered its phase
     * @param since when it entered it
     */
    record Place(long epoch, Instant changedAt, long offset, Instant since) {}

    ViewPhase phase() {
        return progress.phase();
    }

    /** As the page shows it. */
    public TaskView view() {
        return new TaskView(
                queueName,
                id.toString(),
                phase().text(),
                progress.attempt(),
                enqueuedAt,
                place.changedAt(),
                progress.leaseExpiration(),
                progress.availableAt(),
                progress.lastError(),
                key,
                priority.wireName().toLowerCase(Locale.ROOT));
    }

    /** How many of its attempts have failed, as {@link TaskView#failedAttempts}. */
    int failedAttempts() {
        return phase() == ViewPhase.DEAD ? progress.attempt() : progress.attempt() - 1;
    }

    boolean contains(String text) {
        return id.toString().contains(text)
                || (key != null && key.contains(text))
                || (progress.lastError() != null && progress.lastError().contains(text));
    }

    byte[] toBytes() {
        StateWriter to = StateWriter.key(USUAL_BYTES)
                .putByte(VERSION)
                .putByte(phase().code())
                .putInt(progress.attempt())
                .putText(progress.lastError());
        put(to, progress.leaseExpiration());
        put(to, progress.availableAt());
        to.putInstant(enqueuedAt)
                .putText(key)
                .putText(priority == Priority.NORMAL ? null : priority.wireName())
                .putLong(place.epoch())
                .putInstant(place.changedAt())
                .putLong(place.offset())
                .putInstant(place.since());
        events.write(to);
        return to.toBytes();
    }

    static IndexedTask read(byte[] storedKey, byte[] value) {
        StateReader from = StateReader.key(value);
        byte version = from.readByte();
        if (version != VERSION && version != WITHOUT_PRIORITY) {
            throw new ViewFormatException("a task of format version " + version);
        }
        return new IndexedTask(
                ViewKeys.taskId(storedKey),
                ViewKeys.taskQueue(storedKey),
                new Progress(
                        ViewPhase.ofCode(from.readByte()),
                        from.readInt(),
                        from.readOptionalText(),
                        readOptional(from),
                        readOptional(from)),
                from.readInstant(),
                from.readOptionalText(),
                version == WITHOUT_PRIORITY ? Priority.NORMAL : readPriority(from),
                new Place(from.readLong(), from.readInstant(), from.readLong(), from.readInstant()),
                EventOffsets.read(from));
    }

    private static void put(StateWriter to, @Nullable Instant instant) {
        to.putFlag(instant != null);
        if (instant != null) {
            to.putInstant(instant);
        }
    }

    private static Priority readPriority(StateReader from) {
        String stored = from.readOptionalText();
        return stored == null ? Priority.NORMAL : Priority.ofWireName(stored).orElse(Priority.NORMAL);
    }

    private static @Nullable Instant readOptional(StateReader from) {
        return from.readFlag() ? from.readInstant() : null;
    }
}
