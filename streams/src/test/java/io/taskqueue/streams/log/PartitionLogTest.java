package io.taskqueue.streams.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.taskqueue.streams.checkpoint.LogChange;
import io.taskqueue.streams.checkpoint.LogChange.Kind;
import io.taskqueue.streams.checkpoint.LogState;
import io.taskqueue.streams.state.MemoryKeyValues;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PartitionLogTest {

    private static final Uuid TOPIC = new Uuid(1, 2);
    private static final Uuid OTHER = new Uuid(3, 4);
    private static final Instant NOW = Instant.parse("2026-11-23T09:30:00Z");

    private final MemoryKeyValues store = new MemoryKeyValues();

    /** The sink has read the partition up to offset 99, and committed 103: behind it were records of queues that it does not apply. */
    static Stream<Arguments> cases() {
        OptionalLong committed = OptionalLong.of(103);
        OptionalLong expired = OptionalLong.empty();
        return Stream.of(
                arguments("all is there", log(TOPIC, 0, 200), committed, null),
                arguments("nothing is new", log(TOPIC, 103, 103), committed, null),
                arguments("what was read is deleted", log(TOPIC, 100, 200), committed, null),
                arguments("all that was read is deleted", log(TOPIC, 103, 200), committed, null),
                arguments("one is deleted unread", log(TOPIC, 104, 200), committed, change(Kind.OVERTAKEN, 103, 104)),
                arguments("all is deleted unread", log(TOPIC, 300, 300), committed, change(Kind.OVERTAKEN, 103, 300)),
                arguments("what is committed expired", log(TOPIC, 0, 200), expired, null),
                arguments("that, and more is deleted", log(TOPIC, 110, 200), expired, change(Kind.OVERTAKEN, 100, 110)),
                arguments("moved back for a replay", log(TOPIC, 50, 200), OptionalLong.of(0), null),
                arguments(
                        "that, and more is deleted",
                        log(TOPIC, 110, 200),
                        OptionalLong.of(0),
                        change(Kind.OVERTAKEN, 100, 110)),
                arguments("moved forward past it", log(TOPIC, 110, 200), OptionalLong.of(150), null),
                arguments("what was not applied is lost", log(TOPIC, 0, 101), committed, null),
                arguments("one that was read is lost", log(TOPIC, 0, 99), committed, change(Kind.SHORTENED, 100, 99)),
                arguments("all is lost", log(TOPIC, 0, 0), committed, change(Kind.SHORTENED, 100, 0)),
                arguments("another topic", log(OTHER, 0, 50), committed, change(Kind.RECREATED, 103, 0)),
                arguments("another topic, as long", log(OTHER, 0, 200), committed, change(Kind.RECREATED, 103, 0)),
                arguments("another topic, overtaken", log(OTHER, 7, 200), expired, change(Kind.RECREATED, 100, 7)));
    }

    @ParameterizedTest(name = "{0}, committed {2}")
    @MethodSource("cases")
    void tellsChangesOfTheLogApart(String what, LogState now, OptionalLong committed, LogChange expected) {
        PartitionLog log = log();
        Optional<LogChange> unused = log.compare(log(TOPIC, 0, 100), -1, OptionalLong.empty());

        assertThat(log.contradicts(now, 99, committed)).isEqualTo(expected != null);
        assertThat(log.compare(now, 99, committed)).isEqualTo(Optional.ofNullable(expected));
        assertThat(log.changes()).isEqualTo(expected == null ? List.of() : List.of(expected));
    }

    @Test
    void aSinkThatJoinsLateHasLostNothing() {
        assertThat(log().compare(log(TOPIC, 500, 600), -1, OptionalLong.empty()))
                .isEmpty();
    }

    /** What operators have not cleared is found after a restart, on another instance too. */
    @Test
    void changesAreCountedAndKeptUntilTheyAreCleared() {
        PartitionLog log = log();
        assertThat(log.countPartitions(3)).isEmpty();
        Optional<LogChange> first = log.compare(log(TOPIC, 10, 20), 4, OptionalLong.empty());
        assertThat(log.compare(log(TOPIC, 10, 20), 4, OptionalLong.of(5)))
                .as("Kafka finds the same when it reads")
                .isEmpty();
        assertThat(log.compare(log(TOPIC, 30, 40), 14, OptionalLong.of(15)))
                .contains(new LogChange(Kind.OVERTAKEN, 0, 2, NOW, 15, 30));
        assertThat(log.countPartitions(5)).contains(new LogChange(Kind.PARTITIONS, 0, 1, NOW, 3, 5));
        log.write();

        PartitionLog again = log();
        assertThat(first).isPresent();
        assertThat(again.changes()).hasSize(2).isEqualTo(log.changes());
        assertThat(again.countPartitions(5)).isEmpty();
        assertThat(again.isOther(OTHER)).isTrue();
        assertThat(again.clear(NOW.minusSeconds(1))).as("it was found later").isFalse();
        assertThat(again.clear(NOW)).isTrue();
        again.write();
        assertThat(log().changes()).isEmpty();
    }

    @Test
    void onePartitionCountsThoseThatWereAdded() {
        PartitionLog second = new PartitionLog(store, Clock.fixed(NOW, ZoneOffset.UTC), 1, Optional.of(TOPIC));
        assertThat(second.countPartitions(3)).isEmpty();
        assertThat(second.countPartitions(5)).isEmpty();
    }

    /** An older version stored no history of the log. */
    @Test
    void aTopicThatWasRecreatedBeforeAnUpgradeIsFoundByItsCheckpoints() {
        PartitionLog upgraded = new PartitionLog(store, Clock.fixed(NOW, ZoneOffset.UTC), 0, Optional.of(OTHER));
        assertThat(upgraded.compare(log(TOPIC, 0, 100), 99, OptionalLong.empty()))
                .contains(change(Kind.RECREATED, 100, 0));
    }

    @Test
    void eachChangeIsDescribed() {
        assertThat(change(Kind.OVERTAKEN, 12, 13).text())
                .isEqualTo(
                        "partition 0 begins at offset 13, but the sink had read it only up to 12: 1 offset was deleted before"
                                + " the sink had read it");
        assertThat(change(Kind.SHORTENED, 100, 90).text())
                .isEqualTo(
                        "partition 0 ended at offset 90, but the sink had read it up to 100: the log was shortened and has lost"
                                + " 10 offsets, as after an unclean leader election");
        assertThat(change(Kind.PARTITIONS, 3, 5).text()).isEqualTo("the topic has 5 partitions, and had 3");
    }

    private PartitionLog log() {
        return new PartitionLog(store, Clock.fixed(NOW, ZoneOffset.UTC), 0, Optional.empty());
    }

    private static LogState log(Uuid topic, long start, long end) {
        return new LogState(topic, 1, start, end);
    }

    private static LogChange change(Kind kind, long from, long to) {
        return new LogChange(kind, 0, 1, NOW, from, to);
    }
}
