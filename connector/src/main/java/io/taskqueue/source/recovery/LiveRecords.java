package io.taskqueue.source.recovery;

import io.taskqueue.event.EventFlag;
import io.taskqueue.event.EventKind;
import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.TaskId;
import io.taskqueue.serde.EventHeaders;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.serde.ReplicationEventCodec;
import io.taskqueue.serde.UndecodableEventException;
import io.taskqueue.source.mark.Liveness;
import io.taskqueue.source.registry.LowWaterMark;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Finds the records that are needed of each live task of one queue, by the headers of the records alone: kind, position, task, and whether the
 * payload was omitted. A value is decoded only where the headers are missing, or do not state whether the task is live.
 *
 * <p>An event whose position is not above that of an event before it is a duplicate, or was written by a source that no longer owned the
 * queue, and changes nothing. An event of a kind that this version does not know leaves its task as it is.
 *
 * <p>Not thread-safe. A record takes constant time. Memory: one or two records of each live task.
 */
final class LiveRecords {

    /** Reads the part of an event that is not its payload. */
    static final PayloadCodec<byte[]> UNDECODED_PAYLOADS = new PayloadCodec<>() {
        @Override
        public byte[] encode(byte[] payload) {
            return payload;
        }

        @Override
        public byte[] decode(byte[] json) {
            return json;
        }
    };

    private static final ReplicationEventCodec<byte[]> ENVELOPES = new ReplicationEventCodec<>(UNDECODED_PAYLOADS);

    /** What is known of a record before its value is decoded. */
    private record Outline(Position position, @Nullable EventKind kind, @Nullable TaskId task, boolean hasPayload) {

        static Outline of(EventHeaders headers) {
            return new Outline(
                    headers.position(),
                    headers.kind().orElse(null),
                    headers.task().orElse(null),
                    !headers.payloadOmitted());
        }

        static Outline of(ReplicationEvent<?> event) {
            return new Outline(
                    event.position(),
                    event.kind(),
                    event.change().map(change -> change.task().id()).orElse(null),
                    event.hasPayload());
        }
    }

    private final String queueName;
    private final byte[] key;
    private final @Nullable Position lowest;
    private final Map<TaskId, LatestRecords> live = new LinkedHashMap<>();
    private final @Nullable RemovedTaskCounter removed;
    private @Nullable Position first;
    private @Nullable Position last;
    private byte @Nullable [] lastEnqueued;
    private long events;

    /**
     * @param mark the low-water mark from which the partition is read, if there is one
     * @param isCut whether the partition no longer holds the event at the mark
     */
    LiveRecords(String queueName, Optional<LowWaterMark> mark, boolean isCut) {
        this.queueName = queueName;
        this.key = queueName.getBytes(StandardCharsets.UTF_8);
        this.lowest = mark.map(LowWaterMark::position).orElse(null);
        this.removed = mark.filter(known -> isCut)
                .map(known -> new RemovedTaskCounter(known.live()))
                .orElse(null);
    }

    /** The key of the records of the queue. */
    ByteBuffer key() {
        return ByteBuffer.wrap(key);
    }

    /** Takes the next record of the partition. */
    void accept(ConsumerRecord<byte[], byte[]> record) {
        if (!Arrays.equals(record.key(), key) || record.value() == null) {
            return;
        }
        Outline outline = outline(record);
        if (outline == null) {
            return;
        }
        Position position = outline.position;
        if ((lowest != null && position.compareTo(lowest) < 0) || (last != null && position.compareTo(last) <= 0)) {
            return;
        }
        events++;
        last = position;
        if (first == null) {
            first = position;
        }
        if (outline.kind == null || outline.task == null) {
            return;
        }
        if (removed != null) {
            removed.before(position, outline.kind, live.containsKey(outline.task), live.size());
        }
        LatestRecords before = live.remove(outline.task);
        if (isLiveAfter(outline.kind, record)) {
            UndecodedRecord latest = undecoded(outline.task, position, record);
            UndecodedRecord known = before == null ? null : before.payload();
            live.put(outline.task, new LatestRecords(latest, outline.hasPayload ? latest : known));
        }
        if (outline.kind == EventKind.ENQUEUED) {
            lastEnqueued = record.value();
        }
    }

    private static UndecodedRecord undecoded(TaskId task, Position position, ConsumerRecord<byte[], byte[]> record) {
        return new UndecodedRecord(
                task, position, record.offset(), Instant.ofEpochMilli(record.timestamp()), record.value());
    }

    private @Nullable Outline outline(ConsumerRecord<byte[], byte[]> record) {
        Optional<EventHeaders> headers = EventHeaders.readWithoutInstance(record.headers());
        if (headers.isPresent()) {
            return headers.get().queueName().equals(queueName) ? Outline.of(headers.get()) : null;
        }
        try {
            ReplicationEvent<byte[]> event = ENVELOPES.decode(record.value());
            return event.queueName().equals(queueName) ? Outline.of(event) : null;
        } catch (UndecodableEventException notAnEvent) {
            return null; // sinks move it to their dead-letter topics
        }
    }

    /** A value that cannot be decoded leaves its task live: so it is reported, and not lost silently. */
    private static boolean isLiveAfter(EventKind kind, ConsumerRecord<byte[], byte[]> record) {
        return switch (Liveness.after(kind)) {
            case LIVE -> true;
            case ENDED -> false;
            case LIVE_IF_HANDED_OVER -> {
                try {
                    yield ENVELOPES.decode(record.value()).flags().contains(EventFlag.HAND_OVER);
                } catch (UndecodableEventException e) {
                    yield true;
                }
            }
        };
    }

    /** The records of the live tasks, in the order of their latest events. */
    List<LatestRecords> latest() {
        return List.copyOf(live.values());
    }

    /** How many events of the queue were taken, without duplicates and stale ones. */
    long events() {
        return events;
    }

    /** The caller's key of the task of the last Enqueued, if it has one. */
    Optional<String> lastKey() {
        if (lastEnqueued == null) {
            return Optional.empty();
        }
        try {
            return Optional.ofNullable(ENVELOPES.decode(lastEnqueued).task().key());
        } catch (UndecodableEventException e) {
            return Optional.empty();
        }
    }

    /** The live tasks that the partition no longer holds, if it was cut behind the mark and any are missing. */
    Optional<RemovedTasks> removed() {
        return removed == null ? Optional.empty() : removed.result(first, live.size());
    }
}
