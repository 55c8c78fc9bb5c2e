package io.taskqueue.serde;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.OwnershipToken;
import io.taskqueue.event.Position;
import io.taskqueue.event.Priority;
import io.taskqueue.event.QueueName;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.SourceMetadata;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.event.TaskId;
import io.taskqueue.event.TraceContext;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

/** The size of an event without its payload is bounded, so a payload that was accepted at enqueue fits into all later events. */
class EnvelopeSizeTest {

    private final ReplicationEventCodec<byte[]> codec = new ReplicationEventCodec<>(PayloadCodec.bytes());

    @Test
    void largestEnvelopeIsWithinItsLimit() {
        ReplicationEvent<byte[]> event = largest(new byte[0]);
        RecordHeaders headers = new RecordHeaders();
        EventHeaders.write(event, new UUID(-1, -1), headers);

        byte[] json = codec.encode(event);
        int record = json.length + QueueName.MAX_BYTES;
        for (var header : headers) {
            record += header.key().length() + header.value().length + 10;
        }

        assertThat(codec.decode(json).error()).isEqualTo(event.error());
        assertThat(record + 100).isLessThan(ReplicationEventCodec.MAX_ENVELOPE_BYTES);
    }

    @Test
    void largestPayloadInTheLargestEnvelopeIsReadBack() {
        byte[] payload = new byte[ReplicationEventCodec.MAX_PAYLOAD_BYTES / 4 * 3 - 6];

        ReplicationEvent<byte[]> event = largest(payload);

        assertThat(codec.decode(codec.encode(event)).payload()).isEqualTo(payload);
    }

    private static ReplicationEvent<byte[]> largest(byte[] payload) {
        String name = "\u0001".repeat(QueueName.MAX_BYTES);
        String text = "\u0001".repeat(100_000);
        Task<byte[]> task = new Task<>(
                new TaskId("\u0002".repeat(QueueName.MAX_BYTES), Long.MAX_VALUE, Long.MAX_VALUE),
                Integer.MAX_VALUE,
                Instant.MIN,
                payload,
                "\u0003".repeat(Task.MAX_KEY_BYTES),
                Integer.MAX_VALUE,
                new TraceContext(
                        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                        "\"".repeat(TraceContext.MAX_STATE_LENGTH)),
                Priority.HIGH);
        return ReplicationEvent.of(
                name,
                new SourceMetadata(new Position(Long.MAX_VALUE, Long.MAX_VALUE), name, name, Instant.MIN),
                TaskEvent.builder(EventKind.FAILED, Long.MAX_VALUE, Instant.MIN, task)
                        .token(new OwnershipToken(Long.MAX_VALUE, Integer.MAX_VALUE, new UUID(-1, -1)))
                        .availableAt(Instant.MIN)
                        .error(new TaskError(text, text, Map.of(text, text)))
                        .build());
    }
}
