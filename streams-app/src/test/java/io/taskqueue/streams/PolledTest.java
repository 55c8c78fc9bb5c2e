package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.OwnershipToken;
import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.Stamp;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.event.TaskId;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.serde.ReplicationEventCodec;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PolledTest {

    private static final ReplicationEventCodec<String> CODEC = new ReplicationEventCodec<>(PayloadCodec.utf8());
    private static final String TOPIC = "taskqueue.events";
    private static final int PARTITION = 2;

    private final Polled<String> polled = new Polled<>(
            new SinkSettings<>(SinkService.<String>builder("ahead", (event, effects) -> {}, PayloadCodec.utf8())
                    .kafka(Map.of("bootstrap.servers", "127.0.0.1:1"))
                    .stateDirectory(Path.of("target"))));

    @AfterEach
    void stop() {
        polled.close();
    }

    @Test
    void whatWasPolledIsDecodedAheadOfTheStreamThread() {
        List<ConsumerRecord<byte[], byte[]>> records = poll(TOPIC, 100, 50);

        for (ConsumerRecord<byte[], byte[]> record : records) {
            assertThat(decodedAhead(record)).isEqualTo(CODEC.decode(record.value()));
        }
    }

    @Test
    void onlyTheLastRecordHasNoMoreBehindIt() {
        List<ConsumerRecord<byte[], byte[]>> first = poll(TOPIC, 100, 10);
        List<ConsumerRecord<byte[], byte[]>> second = poll(TOPIC, 110, 1);

        assertThat(first).allSatisfy(record -> {
            take(record);
            assertThat(polled.more(PARTITION)).isTrue();
        });
        take(second.get(0));
        assertThat(polled.more(PARTITION)).isFalse();
        assertThat(polled.more(PARTITION + 1)).isFalse();
    }

    @Test
    void anEventIsNeverThatOfOtherBytesAtTheSameOffset() {
        ConsumerRecord<byte[], byte[]> record = poll(TOPIC, 100, 10).get(0);
        assertThat(decodedAhead(record)).isNotNull();

        assertThat(polled.take(PARTITION, record.offset(), value(7))).isNull();
    }

    @Test
    void aPositionThatWasMovedBackIsFollowed() {
        poll(TOPIC, 500, 20);
        ConsumerRecord<byte[], byte[]> before = new ConsumerRecord<>(TOPIC, PARTITION, 100, key(), value(1));

        assertThat(take(before)).isNull();

        assertThat(polled.more(PARTITION)).isFalse();
        assertThat(decodedAhead(poll(TOPIC, 101, 20).get(19))).isNotNull();
    }

    @Test
    void aRecordThatCannotBeDecodedIsLeftToTheStreamThread() {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int number = 0; number < 20; number++) {
            byte[] value = number == 10 ? "{\"broken".getBytes(StandardCharsets.UTF_8) : value(number + 1);
            records.add(new ConsumerRecord<>(TOPIC, PARTITION, number, key(), value));
        }
        add(TOPIC, records);

        assertThat(decodedAhead(records.get(9))).isNotNull();
        assertThat(take(records.get(10))).isNull();
        assertThat(decodedAhead(records.get(19))).isNotNull();
    }

    @Test
    void otherTopicsAreLeftAlone() {
        List<ConsumerRecord<byte[], byte[]>> commands = poll("ahead.control", 0, 20);

        assertThat(take(commands.get(0))).isNull();
        assertThat(polled.more(PARTITION)).isFalse();
    }

    @Test
    void afterTheCloseTheStreamThreadDecodesByItself() {
        polled.close();

        assertThat(take(poll(TOPIC, 0, 20).get(19))).isNull();
    }

    private ReplicationEvent<String> decodedAhead(ConsumerRecord<byte[], byte[]> record) {
        return Awaitility.await().atMost(SinkWorld.PATIENCE).until(() -> take(record), event -> event != null);
    }

    private ReplicationEvent<String> take(ConsumerRecord<byte[], byte[]> record) {
        return polled.take(PARTITION, record.offset(), record.value());
    }

    private List<ConsumerRecord<byte[], byte[]>> poll(String topic, int from, int count) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int number = from; number < from + count; number++) {
            records.add(new ConsumerRecord<>(topic, PARTITION, number, key(), value(number + 1)));
        }
        add(topic, records);
        return records;
    }

    private void add(String topic, List<ConsumerRecord<byte[], byte[]>> records) {
        polled.add(new ConsumerRecords<>(Map.of(new TopicPartition(topic, PARTITION), records), Map.of()));
    }

    private static byte[] key() {
        return "orders".getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] value(long sequence) {
        Instant then = Instant.parse("2026-01-02T03:04:05Z");
        Task<String> task = new Task<>(new TaskId("orders", 1, sequence), 1, then, "payload");
        TaskEvent<String> change = TaskEvent.builder(EventKind.COMPLETED, sequence, then, task)
                .token(new OwnershipToken(sequence, 1, new UUID(1, sequence)))
                .build();
        return CODEC.encode(
                ReplicationEvent.of("orders", new Stamp(new Position(1, sequence), "test", null, then), change));
    }
}
