package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.event.Position;
import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskId;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.EffectMode;
import io.taskqueue.sink.SinkStoppedException;
import io.taskqueue.sink.store.EffectResult;
import io.taskqueue.streams.Arrival.Mark;
import io.taskqueue.streams.Checkpoint.Fence;
import io.taskqueue.streams.ParkedState.EffectState;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Bytes;
import org.junit.jupiter.api.Test;

class StoredBytesTest {

    private static final Instant THEN = Instant.parse("2026-01-02T03:04:05.000000006Z");

    @Test
    void aCheckpointComesBackAsItWas() {
        Checkpoint checkpoint = new Checkpoint(
                new Uuid(3, 4),
                7,
                new Mark(new Position(5, 6), 8),
                new Mark(new Position(1, 2), 3),
                List.of(new Fence(4, 1, null), new Fence(5, 2, new UUID(9, 8))),
                true);

        Map<String, PeerPositions.Reach> peers = Map.of(
                "default",
                new PeerPositions.Reach(new Position(5, 9), new Position(5, 5)),
                "ä/".repeat(100),
                new PeerPositions.Reach(new Position(4, 0), new Position(4, 0)));
        assertThat(CheckpointFormat.read(CheckpointFormat.write(checkpoint, new Position(5, 5), peers)))
                .isEqualTo(new CheckpointFormat.Stored(checkpoint, peers));
        Checkpoint next = checkpoint.take(new Arrival(new Position(5, 7), 9, null));
        assertThat(CheckpointFormat.read(CheckpointFormat.write(next, null, Map.of())))
                .isEqualTo(new CheckpointFormat.Stored(next, Map.of()));
    }

    @Test
    void resultsComeBackAsTheyWere() {
        List<EffectResult> results = List.of(
                new EffectResult.Done("receipt", "{\"n\":1.10}"),
                new EffectResult.Done("void", "null"),
                new EffectResult.Failed(new TaskError(null, "no code", Map.of())),
                new EffectResult.Failed(new TaskError("", "an empty code", Map.of("a", "ä", "b", ""))));

        assertThat(results).allSatisfy(result -> {
            byte[] value = ResultFormat.value(4_711, THEN, result);
            assertThat(ResultFormat.result(value)).isEqualTo(result);
            assertThat(ResultFormat.offset(value)).isEqualTo(4_711);
        });
    }

    @Test
    void keysComeBackAndSortByQueueThenPosition() {
        EffectKey first = new EffectKey("s", 0, "ä/b", new Position(2, 300), "charge");
        EffectKey second = new EffectKey("s", 1, "ä/b", new Position(2, 300), "charge");
        assertThat(ResultFormat.key("s", ResultFormat.key(first))).isEqualTo(first);
        assertThat(ResultFormat.key(first))
                .isLessThan(ResultFormat.key(new EffectKey("s", 0, "ä/b", new Position(3, 1), "a")));
        assertThat(ResultFormat.key("s", ResultFormat.key(second))).isEqualTo(second);
    }

    @Test
    void noEventsPrefixCoversAnother() {
        byte[] prefix = ResultFormat.prefix("a", new Position(1, 1));
        Bytes other = ResultFormat.key(new EffectKey("s", 0, "a", new Position(1, 256), "x"));
        Bytes longer = ResultFormat.key(new EffectKey("s", 0, "ab", new Position(1, 1), "x"));
        assertThat(Arrays.copyOf(other.get(), prefix.length)).isNotEqualTo(prefix);
        assertThat(Arrays.copyOf(longer.get(), prefix.length)).isNotEqualTo(prefix);
    }

    @Test
    void aReplayComesBackAsItWas() {
        ReplayOrder order = new ReplayOrder(
                new UUID(1, 2), 7, ReplayMode.RERUN, Selection.parse(List.of("queue=ä%2C,from=1/2")), "alice", THEN);
        Replay replay = Replay.begun(order, new Replay.Range(new Uuid(3, 4), 10, 99), THEN);
        replay.passed(50);
        replay.recorded(40, new EffectResult.Done("void", "null"));
        replay.recorded(41, new EffectResult.Failed(new TaskError(null, "no", Map.of())));
        replay.applied(40, 3, 2, 1);
        replay.parked(42);

        ReplayFormat.Stored running = ReplayFormat.read(ReplayFormat.write(9, replay));
        assertThat(running.newestNumber()).isEqualTo(9);
        assertThat(running.replay().receipt(5)).isEqualTo(replay.receipt(5));
        assertThat(running.replay().receipt(5).counts()).isEqualTo(new ReplayCounts(2, 3, 1, 1, 1, 2, 1));
        assertThat(running.replay().cursor()).isEqualTo(50);
        assertThat(running.replay().ranBefore).isEqualTo(Map.of(41L, 1));
        assertThat(running.replay().range).isEqualTo(replay.range);

        replay.end(THEN.plusNanos(1));
        ReplayFormat.Stored ended = ReplayFormat.read(ReplayFormat.write(9, replay));
        assertThat(ended.replay().receipt(5)).isEqualTo(replay.receipt(5));
        assertThat(ended.replay().running()).isFalse();
        assertThat(ReplayFormat.read(ReplayFormat.write(3, null))).isEqualTo(new ReplayFormat.Stored(3, null));
    }

    @Test
    void parkedEventsComeBackAsTheyWereAndATasksSortByOffset() {
        TaskId task = new TaskId("ä/b", 3, 4);
        ParkedState.Failed failed = new ParkedState.Failed(
                7,
                new TaskError(null, "no code", Map.of("a", "ä")),
                Map.of("charge", EffectState.UNDECIDED, "mail", EffectState.DONE));
        List<ParkedState> states = List.of(
                failed,
                new ParkedState.Behind(),
                new ParkedState.Discarded("ann", "by hand", THEN, Optional.of(failed)),
                new ParkedState.Discarded("bob", "wrong", THEN, Optional.empty()));

        assertThat(states).allSatisfy(state -> {
            ParkedEntry entry = new ParkedEntry(
                    new ParkedKey(task, 300, new Uuid(3, -4)),
                    new DeliveryContext(EffectMode.RECORDED_ONLY, true, 2, 5),
                    THEN,
                    true,
                    "other",
                    new Position(5, 6),
                    state,
                    Bytes.wrap(new byte[] {'{', '}'}));
            Bytes key = ParkedFormat.key(entry.key());
            assertThat(ParkedFormat.entry(key.get(), ParkedFormat.value(entry))).isEqualTo(entry);
            assertThat(key).isLessThan(ParkedFormat.key(new ParkedKey(task, 301, new Uuid(-3, 0))));
            assertThat(key.get()).startsWith(ParkedFormat.prefix(task));
        });
    }

    @Test
    void boundsOfKeysEncloseWhatTheyShould() {
        Bytes prefix = Bytes.wrap(new byte[] {1, -1, -1});

        assertThat(KeyRange.behindAllOf(prefix)).isEqualTo(Bytes.wrap(new byte[] {2}));
        assertThat(KeyRange.behind(prefix)).isGreaterThan(prefix).isLessThan(Bytes.wrap(new byte[] {1, -1, -1, 0, 0}));
    }

    @Test
    void anotherFormatVersionIsRefused() {
        byte[] stored = ResultFormat.value(1, THEN, new EffectResult.Done("void", "null"));
        stored[0] = 9;

        assertThatThrownBy(() -> ResultFormat.result(stored))
                .isInstanceOf(SinkStoppedException.class)
                .hasMessage(
                        "A stored effect result has format version 9, but this version of the sink knows only 1. Run "
                                + "the version that wrote it, or a newer one.");
    }
}
