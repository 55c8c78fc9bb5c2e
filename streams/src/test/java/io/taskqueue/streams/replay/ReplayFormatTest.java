package io.taskqueue.streams.replay;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.event.TaskError;
import io.taskqueue.sink.store.EffectResult;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

class ReplayFormatTest {

    private static final Instant THEN = Instant.parse("2026-01-02T03:04:05.000000006Z");

    @Test
    void aReplayIsReadAsItWasWritten() {
        ReplayOrder order = new ReplayOrder(
                new UUID(1, 2), 7, ReplayMode.RERUN, Selection.parse(List.of("queue=ä%2C,from=1/2")), "alice", THEN);
        Replay replay = Replay.begin(order, new Replay.Range(new Uuid(3, 4), 10, 99), THEN);
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
        assertThat(running.replay().recordedBefore()).isEqualTo(Map.of(41L, 1));
        assertThat(running.replay().range()).isEqualTo(replay.range());

        replay.end(THEN.plusNanos(1));
        ReplayFormat.Stored ended = ReplayFormat.read(ReplayFormat.write(9, replay));
        assertThat(ended.replay().receipt(5)).isEqualTo(replay.receipt(5));
        assertThat(ended.replay().running()).isFalse();
        assertThat(ReplayFormat.read(ReplayFormat.write(3, null))).isEqualTo(new ReplayFormat.Stored(3, null));
    }
}
