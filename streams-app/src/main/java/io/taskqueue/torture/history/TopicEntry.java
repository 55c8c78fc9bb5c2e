package io.taskqueue.torture.history;

import io.taskqueue.event.EventFlag;
import io.taskqueue.event.EventKind;
import io.taskqueue.event.OwnershipToken;
import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.event.TaskId;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Set;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** A record of the event topic, of one queue. */
public sealed interface TopicEntry extends HistoryEntry {

    int partition();

    long offset();

    /**
     * An event.
     *
     * @param instance the source that wrote it, or null if its headers do not state it
     * @param number the queue's own number of it; 0 for SourceStarted
     * @param task its task; null for SourceStarted
     */
    record LoggedEvent(
            int partition,
            long offset,
            Position position,
            @Nullable UUID instance,
            EventKind kind,
            long number,
            Instant occurredAt,
            @Nullable LoggedTask task)
            implements TopicEntry {

        /**
         * An event as it was read from the topic.
         *
         * @param event with its payload as text
         * @param instance the source that wrote it, by the record's headers
         */
        public static LoggedEvent of(
                ReplicationEvent<String> event, @Nullable UUID instance, int partition, long offset) {
            TaskEvent<String> change = event.change().orElse(null);
            return new LoggedEvent(
                    partition,
                    offset,
                    event.position(),
                    instance,
                    event.kind(),
                    change == null ? 0 : change.number(),
                    event.occurredAt(),
                    change == null ? null : LoggedTask.of(change));
        }
    }

    /**
     * The task of an event.
     *
     * @param key the caller's key, or null
     * @param payload a digest of its payload; empty if the event has none
     * @param availableAt when it will be pending, or null
     */
    record LoggedTask(
            TaskId id,
            int attempt,
            @Nullable String key,
            String payload,
            @Nullable OwnershipToken token,
            @Nullable Instant leaseExpiration,
            @Nullable Instant availableAt,
            Set<EventFlag> flags) {
        public LoggedTask {
            flags = Set.copyOf(flags);
        }

        private static LoggedTask of(TaskEvent<String> change) {
            return new LoggedTask(
                    change.task().id(),
                    change.task().attempt(),
                    change.task().key(),
                    change.task().hasPayload() ? digest(change.task().payload()) : "",
                    change.token().orElse(null),
                    change.leaseExpiration().orElse(null),
                    change.availableAt().orElse(null),
                    change.flags());
        }

        private static String digest(String payload) {
            CRC32C digest = new CRC32C();
            digest.update(payload.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().toHexDigits((int) digest.getValue());
        }
    }

    /**
     * A record that is not a valid event.
     *
     * @param position what its headers state, or null
     * @param reason why it is not
     */
    record InvalidRecord(int partition, long offset, @Nullable Position position, String reason)
            implements TopicEntry {}
}
