package io.taskqueue.source.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.event.EventFlag;
import io.taskqueue.event.EventKind;
import io.taskqueue.event.OwnershipToken;
import io.taskqueue.event.PayloadInclusion;
import io.taskqueue.event.Priority;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.event.TaskId;
import io.taskqueue.event.TraceContext;
import io.taskqueue.queue.PayloadRefusedException;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.serde.ReplicationEventCodec;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class EventPayloadsTest {

    private static final ReplicationEventCodec<String> CODEC = new ReplicationEventCodec<>(PayloadCodec.utf8());
    private static final int LIMIT = 200_000;
    private static final String QUEUE = "\u0001ü".repeat(300);
    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00.123456789Z");

    private final EventRecords<String> records = new EventRecords<>(
            QUEUE,
            new PeerResolver<>("peer \u0002", null, event -> "\u0003".repeat(1_024)),
            CODEC,
            UUID.randomUUID(),
            new TopicPartition("events", 0),
            LIMIT);
    private final EventPayloads<String> payloads =
            new EventPayloads<>(QUEUE, "peer \u0002", CODEC, records, LIMIT, PayloadInclusion.EVERY_EVENT);

    @Test
    void everyEventOfTheLargestAcceptedPayloadFitsIntoARecord() {
        int largest = largestAccepted();
        String payload = "p".repeat(largest);
        byte[] bytes = payloads.encode(payload);
        String wide = "\u0001".repeat(8_000);
        var task = new Task<>(
                new TaskId("\u0001".repeat(1_024), 1L << 60, 1L << 60),
                1_000_000,
                NOON,
                payload,
                "\u0001".repeat(1_024),
                1_000,
                new TraceContext(
                        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                        "\"".repeat(TraceContext.MAX_STATE_LENGTH)),
                Priority.HIGH);
        var dead = TaskEvent.builder(EventKind.DEAD_LETTERED, 1L << 60, NOON, task)
                .token(new OwnershipToken(1L << 60, 1_000_000, UUID.randomUUID()))
                .error(new TaskError(wide, wide, Map.of(wide, wide)))
                .flag(EventFlag.DEAD_LETTER)
                .build();

        var record = records.record(new BufferedEvent<>(1L << 60, 1L << 60, NOON, 0, dead, bytes));

        assertThat(EventRecords.size(record)).isBetween(LIMIT - 1_000, LIMIT);
        assertThatThrownBy(() -> payloads.encode("p".repeat(largest + 1))).isInstanceOf(PayloadRefusedException.class);
    }

    @Test
    void everyEventWithoutItsPayloadFitsIntoARecordAsWell() {
        var firstEventOnly =
                new EventPayloads<>(QUEUE, "peer \u0002", CODEC, records, LIMIT, PayloadInclusion.FIRST_EVENT);
        byte[] shortest = firstEventOnly.encode("");
        assertThat(firstEventOnly.included(EventKind.ENQUEUED, shortest)).isEqualTo(shortest);
        assertThat(firstEventOnly.included(EventKind.COMPLETED, shortest)).isNull();
        assertThat(payloads.included(EventKind.COMPLETED, shortest)).isEqualTo(shortest);
        int largest = largestAccepted();
        int reserved = 10 + "ce_payloadomitted".length() + "true".length() - "\"value\":,".length();

        assertThatThrownBy(() -> firstEventOnly.encode("p".repeat(largest - reserved + 1)))
                .isInstanceOf(PayloadRefusedException.class);
        assertThat(firstEventOnly.encode("p".repeat(largest - reserved))).hasSize(largest - reserved + 2);
    }

    @Test
    void aPayloadThatNoSinkCouldReadIsRefused() {
        ReplicationEventCodec<WriteOnly> codec = new ReplicationEventCodec<>(PayloadCodec.json(WriteOnly.class));
        EventPayloads<WriteOnly> limit = new EventPayloads<>(
                "orders",
                "peer",
                codec,
                new EventRecords<>(
                        "orders",
                        new PeerResolver<>("peer", null, event -> null),
                        codec,
                        UUID.randomUUID(),
                        new TopicPartition("events", 0),
                        LIMIT),
                LIMIT,
                PayloadInclusion.EVERY_EVENT);
        String type = WriteOnly.class.getName();

        assertThatThrownBy(() -> limit.encode(new WriteOnly()))
                .isInstanceOf(PayloadRefusedException.class)
                .hasMessage("The payload, a " + type + ", cannot be encoded as JSON: A " + type
                        + " is written as JSON that no sink can read: The payload is not one of " + type
                        + ": it has the property id, and none that can be read into this class. Use a record, or give the"
                        + " class a constructor or setters for all that it writes, or use another codec. Queue orders is"
                        + " unchanged; enqueue payloads that its codec can encode.");
    }

    /** It has a getter, and nothing that sets the value. */
    public static final class WriteOnly {
        public String getId() {
            return "o-1";
        }
    }

    private int largestAccepted() {
        int accepted = 0;
        int refused = LIMIT;
        while (refused - accepted > 1) {
            int tried = (accepted + refused) / 2;
            if (isAccepted(tried)) {
                accepted = tried;
            } else {
                refused = tried;
            }
        }
        return accepted;
    }

    private boolean isAccepted(int length) {
        try {
            return payloads.encode("p".repeat(length)).length > 0;
        } catch (PayloadRefusedException e) {
            return false;
        }
    }
}
