package io.taskqueue.streams.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.OwnershipToken;
import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.SourceMetadata;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.event.TaskId;
import io.taskqueue.serde.EventHeaders;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.serde.ReplicationEventCodec;
import io.taskqueue.serde.UndecodableEventException;
import io.taskqueue.streams.SettingsForTests;
import io.taskqueue.streams.SinkTestCluster;
import io.taskqueue.streams.execution.ThreadGuard;
import io.taskqueue.streams.settings.SinkSettings;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DecodeAheadTest {

    private static final ReplicationEventCodec<String> CODEC = new ReplicationEventCodec<>(PayloadCodec.utf8());
    private static final String TOPIC = "taskqueue.events";
    private static final int PARTITION = 2;
    private static final TopicPartition AT = new TopicPartition(TOPIC, PARTITION);

    private final DecodeAhead<String> polled = new DecodeAhead<>(
            SettingsForTests.of("ahead", (event, effects) -> {}, builder -> builder), new ThreadGuard("ahead"));

    @AfterEach
    void stop() {
        polled.close();
    }

    @Test
    void polledRecordsAreDecodedAheadOfTheStreamThread() {
        List<ConsumerRecord<byte[], byte[]>> records = records(TOPIC, 50);

        for (PolledRecord<String> record : polled(records)) {
            assertThat(decodedAhead(record)).isEqualTo(CODEC.decode(record.bytes()));
        }
    }

    @Test
    void onlyTheLastRecordOfAPollIsMarkedAsLast() {
        List<PolledRecord<String>> first = polled(records(TOPIC, 10));
        List<PolledRecord<String>> second = polled(records(TOPIC, 1));

        assertThat(first).extracting(PolledRecord::last).endsWith(true);
        assertThat(first.subList(0, 9)).noneMatch(PolledRecord::last);
        assertThat(second).allMatch(PolledRecord::last);
    }

    @Test
    void kafkaStreamsGetsEmptyHeadersAndTheProcessorGetsAllOfThem() {
        List<ConsumerRecord<byte[], byte[]>> records = records(TOPIC, 20);

        List<ConsumerRecord<byte[], byte[]>> wrapped = wrapped(records);

        for (int number = 0; number < 20; number++) {
            ConsumerRecord<byte[], byte[]> before = records.get(number);
            ConsumerRecord<byte[], byte[]> now = wrapped.get(number);
            assertThat(now.headers().toArray()).isEmpty();
            assertThat(now.headers()).isEmpty();
            assertThat(unwrapped(now).headers()).isSameAs(before.headers());
            assertThat(unwrapped(now).value()).isSameAs(before.value());
            assertThat(now).usingRecursiveComparison().ignoringFields("headers").isEqualTo(before);
        }
    }

    @Test
    void theOffsetsOfTheNextPollArePassedOn() {
        Map<TopicPartition, OffsetAndMetadata> next = Map.of(AT, new OffsetAndMetadata(77));

        ConsumerRecords<byte[], byte[]> wrapped =
                polled.wrapped(new ConsumerRecords<>(Map.of(AT, records(TOPIC, 3)), next));

        assertThat(wrapped.nextOffsets()).isEqualTo(next);
        assertThat(wrapped.count()).isEqualTo(3);
    }

    @Test
    void aRecordThatCannotBeDecodedIsLeftToTheStreamThread() {
        List<ConsumerRecord<byte[], byte[]>> records = records(TOPIC, 20);
        records.set(10, record(TOPIC, 10, "{\"broken".getBytes(StandardCharsets.UTF_8)));
        records.set(11, record(TOPIC, 11, null));

        List<PolledRecord<String>> polled = polled(records);

        assertThat(decodedAhead(polled.get(9))).isNotNull();
        assertThat(decodedAhead(polled.get(19))).isNotNull();
        assertThatThrownBy(() -> polled.get(10).take(CODEC)).isInstanceOf(UndecodableEventException.class);
        assertThatThrownBy(() -> polled.get(11).take(CODEC))
                .isInstanceOf(UndecodableEventException.class)
                .hasMessage("The record has no value.");
    }

    @Test
    void recordsOfOtherTopicsAreNotWrapped() {
        List<ConsumerRecord<byte[], byte[]>> commands = records("ahead.control", 20);

        assertThat(wrapped(commands)).isEqualTo(commands);
        assertThat(polled(commands)).allMatch(PolledRecord::last).noneMatch(PolledRecord::decoded);
    }

    @Test
    void afterTheCloseTheStreamThreadDecodesByItself() {
        polled.close();

        PolledRecord<String> last = polled(records(TOPIC, 20)).get(19);

        assertThat(last.decoded()).isFalse();
        assertThat(last.take(CODEC)).isEqualTo(CODEC.decode(last.bytes()));
    }

    @Test
    void recordsOfNoInterestFollowTheOneBeforeThemAndKafkaStreamsDoesNotSeeThem() {
        SinkSettings<String> dead = SettingsForTests.of(
                "dead-only", (event, effects) -> {}, builder -> builder.kinds(Set.of(EventKind.DEAD_LETTERED)));
        List<ConsumerRecord<byte[], byte[]>> records = records(TOPIC, 100);
        for (ConsumerRecord<byte[], byte[]> record : records) {
            record.headers().remove("ce_id");
            EventHeaders.write(CODEC.decode(record.value()), new UUID(0, 1), record.headers());
        }
        try (DecodeAhead<String> decoder = new DecodeAhead<>(dead, new ThreadGuard("dead-only"))) {
            List<ConsumerRecord<byte[], byte[]>> seen = decoder.wrapped(
                            new ConsumerRecords<>(Map.of(AT, records), Map.of()))
                    .records(AT);

            assertThat(seen).extracting(ConsumerRecord::offset).containsExactly(0L, 32L, 64L, 96L);
            for (ConsumerRecord<byte[], byte[]> record : seen) {
                PolledRecord<String> one = unwrapped(record);
                assertThat(one.relevance()).isInstanceOf(Relevance.OtherKind.class);
                assertThat(one.decoded()).isFalse();
                assertThat(one.last()).isEqualTo(record.offset() == 96);
                assertThat(one.followers())
                        .extracting(follower -> follower.record().offset())
                        .containsExactlyElementsOf(
                                LongStream.rangeClosed(record.offset() + 1, Math.min(99, record.offset() + 31))
                                        .boxed()
                                        .toList());
            }
        }
    }

    @Test
    void aRecordOfInterestIsNeverAFollower() {
        List<ConsumerRecord<byte[], byte[]>> records = records(TOPIC, 10);
        EventHeaders.write(
                CODEC.decode(records.get(4).value()),
                new UUID(0, 1),
                records.get(4).headers());
        SinkSettings<String> dead = SettingsForTests.of(
                "dead-only", (event, effects) -> {}, builder -> builder.kinds(Set.of(EventKind.DEAD_LETTERED)));
        records.get(4).headers().remove("ce_id").add("ce_id", "orders/1/5".getBytes(StandardCharsets.UTF_8));
        try (DecodeAhead<String> decoder = new DecodeAhead<>(dead, new ThreadGuard("dead-only"))) {
            List<ConsumerRecord<byte[], byte[]>> seen = decoder.wrapped(
                            new ConsumerRecords<>(Map.of(AT, records), Map.of()))
                    .records(AT);

            // the headers of all others name no event, so that only their values tell
            assertThat(seen).extracting(ConsumerRecord::offset).containsExactly(0L, 1L, 2L, 3L, 5L, 6L, 7L, 8L, 9L);
            assertThat(unwrapped(seen.get(3)).followers())
                    .extracting(follower -> follower.record().offset())
                    .containsExactly(4L);
        }
    }

    private ReplicationEvent<String> decodedAhead(PolledRecord<String> record) {
        Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(record::decoded);
        return record.take(CODEC);
    }

    private List<PolledRecord<String>> polled(List<ConsumerRecord<byte[], byte[]>> records) {
        return wrapped(records).stream().map(this::unwrapped).toList();
    }

    private List<ConsumerRecord<byte[], byte[]>> wrapped(List<ConsumerRecord<byte[], byte[]>> records) {
        TopicPartition at = new TopicPartition(records.get(0).topic(), PARTITION);
        return polled.wrapped(new ConsumerRecords<>(Map.of(at, records), Map.of()))
                .records(at);
    }

    private PolledRecord<String> unwrapped(ConsumerRecord<byte[], byte[]> record) {
        return new PolledRecord.Unwrapping<String>().deserialize(record.topic(), record.headers(), record.value());
    }

    private static List<ConsumerRecord<byte[], byte[]>> records(String topic, int count) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int number = 0; number < count; number++) {
            records.add(record(topic, number, value(number + 1)));
        }
        return records;
    }

    private static ConsumerRecord<byte[], byte[]> record(String topic, long offset, byte[] value) {
        byte[] key = "orders".getBytes(StandardCharsets.UTF_8);
        RecordHeaders headers = new RecordHeaders();
        headers.add("ce_id", key);
        int size = value == null ? ConsumerRecord.NULL_SIZE : value.length;
        return new ConsumerRecord<>(
                topic,
                PARTITION,
                offset,
                17L,
                TimestampType.LOG_APPEND_TIME,
                key.length,
                size,
                key,
                value,
                headers,
                Optional.of(3));
    }

    private static byte[] value(long sequence) {
        Instant then = Instant.parse("2026-01-02T03:04:05Z");
        Task<String> task = new Task<>(new TaskId("orders", 1, sequence), 1, then, "payload");
        TaskEvent<String> change = TaskEvent.builder(EventKind.COMPLETED, sequence, then, task)
                .token(new OwnershipToken(sequence, 1, new UUID(1, sequence)))
                .build();
        return CODEC.encode(ReplicationEvent.of(
                "orders", new SourceMetadata(new Position(1, sequence), "test", null, then), change));
    }
}
