package io.taskqueue.source.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.event.Position;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class QueueMarksTest {

    private static final LowWaterMark MARK = new LowWaterMark(
            "orders",
            42,
            new LowWaterMark.Place("taskqueue.events", Uuid.fromString("AAAAAAAAAAAAAAAAAAAAAQ"), 3),
            1_000,
            new Position(40, 17),
            new LowWaterMark.Live(12, new Position(42, 5), Optional.of("input.ndjson:7")),
            Instant.parse("2026-11-23T12:00:00Z"));

    private final QueueMarks marks = new QueueMarks("claims", "orders");

    @Test
    void markHasTheFormatThatIsDocumentedAndIsReadBack() {
        ProducerRecord<byte[], byte[]> record = QueueMarks.record("claims", MARK);

        assertThat(new String(record.value(), StandardCharsets.UTF_8))
                .isEqualTo(
                        "{\"queueName\":\"orders\",\"epoch\":42,\"topic\":\"taskqueue.events\","
                                + "\"topicId\":\"AAAAAAAAAAAAAAAAAAAAAQ\",\"partition\":3,\"offset\":1000,\"position\":\"40/17\","
                                + "\"live\":12,\"upTo\":\"42/5\",\"lastKey\":\"input.ndjson:7\",\"at\":\"2026-11-23T12:00:00Z\"}");
        assertThat(RegistryKey.read(record.key())).contains(RegistryKey.mark("orders"));
        accept(RegistryKey.mark("orders"), record.value());
        assertThat(marks.newest()).contains(MARK);
    }

    @Test
    void marksOfOtherQueuesAndClaimsAreIgnored() {
        accept(RegistryKey.mark("others"), QueueMarks.record("claims", MARK).value());
        accept(RegistryKey.retryOrder("orders", new UUID(1, 2)), new byte[] {1});

        assertThat(marks.newest()).isEmpty();
    }

    @Test
    void markThatCannotBeReadIsNotUsedAndNeitherIsTheOneBefore() {
        accept(RegistryKey.mark("orders"), QueueMarks.record("claims", MARK).value());
        accept(RegistryKey.mark("orders"), "{\"queueName\":\"orders\"}".getBytes(StandardCharsets.UTF_8));
        assertThat(marks.newest()).isEmpty();

        accept(RegistryKey.mark("orders"), QueueMarks.record("claims", MARK).value());
        accept(RegistryKey.mark("orders"), null);
        assertThat(marks.newest()).isEmpty();
    }

    @Test
    void invalidMarkIsReportedWithItsRecordAndTheConsequence() {
        RegistryRecord record = new RegistryRecord(
                RegistryKey.mark("orders"), 9, Instant.EPOCH, "{\"epoch\":1}".getBytes(StandardCharsets.UTF_8));

        assertThatThrownBy(() -> MarkJson.read(record, "claims"))
                .hasMessage(
                        "The record at offset 9 of topic claims is not the low-water mark of queue orders: it has no text"
                                + " topic. It is ignored, so a recovery of the queue reads its whole partition.");
    }

    private void accept(RegistryKey key, byte @Nullable [] value) {
        marks.accept(new RegistryRecord(key, 1, Instant.EPOCH, value));
    }
}
