package io.taskqueue.streams.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.SourceMetadata;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.event.TaskId;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.serde.ReplicationEventCodec;
import io.taskqueue.sink.EffectMode;
import io.taskqueue.streams.checkpoint.EventLocation;
import io.taskqueue.streams.parking.ParkedEntry;
import io.taskqueue.streams.parking.ParkedEvent;
import io.taskqueue.streams.parking.ParkedFormat;
import io.taskqueue.streams.parking.ParkedKey;
import io.taskqueue.streams.parking.ParkedState;
import io.taskqueue.streams.replay.DeliveryContext;
import io.taskqueue.streams.state.StateKind;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which parked events are held, whatever a changelog contains of before. */
class ParkedEventTableTest {

    private static final Instant NOW = Instant.parse("2026-11-01T10:00:00Z");
    private static final ReplicationEventCodec<String> CODEC = new ReplicationEventCodec<>(PayloadCodec.utf8());

    /** A changelog of two partitions that is not compacted. */
    private final List<ConsumerRecord<byte[], byte[]>> changelog = new ArrayList<>();

    private ConsumerRecord<byte[], byte[]> parked(int partition, long task, int payload) {
        return write(partition, task, entry(task, payload));
    }

    private ConsumerRecord<byte[], byte[]> removed(int partition, long task) {
        return write(partition, task, null);
    }

    private ConsumerRecord<byte[], byte[]> write(int partition, long task, @Nullable ParkedEntry entry) {
        byte[] kind = StateKind.PARKED.first().get();
        byte[] own = ParkedFormat.key(key(task)).get();
        byte[] key =
                ByteBuffer.allocate(kind.length + own.length).put(kind).put(own).array();
        ConsumerRecord<byte[], byte[]> record = new ConsumerRecord<>(
                "changelog", partition, changelog.size(), key, entry == null ? null : ParkedFormat.value(entry));
        changelog.add(record);
        return record;
    }

    private static ParkedKey key(long task) {
        return new ParkedKey(new TaskId("orders", 1, task), new EventLocation(new Uuid(1, 1), task));
    }

    private static ParkedEntry entry(long task, int payload) {
        TaskId id = new TaskId("orders", 1, task);
        TaskEvent<String> event = TaskEvent.builder(
                        EventKind.ENQUEUED, task, NOW, new Task<>(id, 1, NOW, "x".repeat(payload), null))
                .build();
        byte[] json = CODEC.encode(ReplicationEvent.of(
                "orders", new SourceMetadata(new Position(1, task), "dispatcher", null, NOW), event));
        return new ParkedEntry(
                key(task),
                new DeliveryContext(EffectMode.RUN, false, 0, 1),
                NOW,
                false,
                "orders",
                new Position(1, task),
                new ParkedState.Behind(),
                Bytes.wrap(json));
    }

    private static List<Long> tasks(ParkedEventTable table) {
        return table.events().orElseThrow().stream()
                .map(ParkedEvent::offset)
                .sorted()
                .toList();
    }

    /** Reads what the table asks for, as the console does. */
    private void readAgain(ParkedEventTable table) {
        Map<Integer, Long> from = table.toReadAgain();
        if (!from.isEmpty()) {
            changelog.stream()
                    .filter(record -> record.offset() >= from.getOrDefault(record.partition(), Long.MAX_VALUE))
                    .forEach(table::addAgain);
        }
    }

    @Test
    void eventsBeyondTheBoundAreNotHeldUntilTheyCameDownToThreeQuartersOfIt() {
        ParkedEventTable table = new ParkedEventTable(20_000);
        table.add(parked(0, 1, 5_000));
        table.add(parked(1, 2, 8_000));
        assertThat(tasks(table)).containsExactly(1L, 2L);

        long before = table.version();
        table.add(parked(0, 3, 8_000));
        assertThat(table.events()).isEmpty();
        assertThat(table.version()).isGreaterThan(before);
        assertThat(table.toReadAgain()).isEmpty();
        table.add(parked(0, 4, 1_000));

        table.add(removed(0, 1));
        assertThat(table.toReadAgain()).as("17,000 of 20,000 bytes").isEmpty();
        table.add(removed(1, 2));
        assertThat(table.toReadAgain()).isEqualTo(Map.of(0, 2L));
        assertThat(table.events()).as("not read yet").isEmpty();

        before = table.version();
        readAgain(table);
        assertThat(tasks(table)).containsExactly(3L, 4L);
        assertThat(table.version()).isGreaterThan(before);
        assertThat(table.toReadAgain()).isEmpty();
    }

    @Test
    void whereAllEventsWereRemovedNothingHasToBeReadAgain() {
        ParkedEventTable table = new ParkedEventTable(4_000);
        table.add(parked(0, 1, 5_000));
        assertThat(table.events()).isEmpty();

        table.add(removed(0, 1));

        assertThat(table.toReadAgain()).isEmpty();
        assertThat(tasks(table)).isEmpty();
    }

    @Test
    void aRecordThatWasReplacedMeanwhileIsNotTheEvent() {
        ParkedEventTable table = new ParkedEventTable(10_000);
        table.add(parked(0, 1, 6_000));
        table.add(parked(0, 2, 6_000));
        table.add(parked(0, 2, 100)); // smaller, for example because it was released
        assertThat(table.toReadAgain()).isEqualTo(Map.of(0, 0L));

        table.addAgain(changelog.get(0));
        table.addAgain(changelog.get(1));
        assertThat(table.events())
                .as("of the second event, an older record was read")
                .isEmpty();
        table.addAgain(changelog.get(2));
        assertThat(tasks(table)).containsExactly(1L, 2L);
    }

    @Test
    void moreEventsThanCanBeLocatedAreUnknownUntilTheirPartitionsAreReadFromTheirStart() {
        ParkedEventTable table = new ParkedEventTable(1_000);
        for (int task = 1; task <= 10; task++) {
            table.add(parked(task % 2, task, 10));
        }
        assertThat(table.events()).isEmpty();
        assertThat(table.unknown()).isTrue();
        for (int task = 1; task <= 10; task++) {
            table.add(removed(task % 2, task));
        }
        assertThat(table.toReadAgain()).isEmpty();
        assertThat(table.unknown()).isTrue();

        table.forgetAll();

        assertThat(table.unknown()).isFalse();
        assertThat(tasks(table)).isEmpty();
    }

    @Test
    void aForgottenPartitionLeavesTheEventsOfTheOthers() {
        ParkedEventTable table = new ParkedEventTable(10_000);
        table.add(parked(0, 1, 6_000));
        table.add(parked(1, 2, 6_000));
        assertThat(table.events()).isEmpty();

        table.forget(0);
        readAgain(table);

        assertThat(tasks(table)).containsExactly(2L);
    }

    /** Whatever was parked and removed before: events are held when they are small enough, and then all of them. */
    @Property(tries = 200)
    void whatIsHeldIsAllThatIsParkedAndWhatIsNotIsLarge(@ForAll long seed) {
        Random random = new Random(seed);
        ParkedEventTable table = new ParkedEventTable(6_000);
        Map<Long, Integer> sizes = new TreeMap<>();
        changelog.clear();
        for (int step = 0; step < 60; step++) {
            long task = 1L + random.nextInt(8);
            int partition = (int) (task % 2);
            if (random.nextInt(3) == 0) {
                table.add(removed(partition, task));
                sizes.remove(task);
            } else {
                ConsumerRecord<byte[], byte[]> record = parked(partition, task, random.nextInt(1_500));
                table.add(record);
                sizes.put(task, record.value().length);
            }
            readAgain(table);
            int bytes = sizes.values().stream().mapToInt(Integer::intValue).sum();
            if (table.events().isPresent()) {
                assertThat(bytes).isLessThanOrEqualTo(6_000);
                Set<Long> held = new HashSet<>(tasks(table));
                assertThat(held).isEqualTo(sizes.keySet());
            } else {
                assertThat(bytes).isGreaterThan(4_500);
            }
        }
    }
}
