package io.taskqueue.streams.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.event.Position;
import io.taskqueue.streams.checkpoint.Arrival.Mark;
import io.taskqueue.streams.checkpoint.Checkpoint.Fence;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

class CheckpointFormatTest {

    @Test
    void aCheckpointIsReadAsItWasWritten() {
        Checkpoint checkpoint = new Checkpoint(
                new Uuid(3, 4),
                7,
                new Mark(new Position(5, 6), 8),
                new Mark(new Position(1, 2), 3),
                List.of(new Fence(4, 1, null), new Fence(5, 2, new UUID(9, 8))),
                17,
                new Divergence(
                        3,
                        new Missing(4, 9),
                        new Gap(Gap.Cause.ABSENT, new Position(5, 1), new Position(5, 6), 8, new Missing(4, 4)),
                        Instant.parse("2026-01-02T03:04:05Z"),
                        true));

        Map<String, PeerPositions.Reached> peers = Map.of(
                "default",
                new PeerPositions.Reached(new Position(5, 9), new Position(5, 5)),
                "ä/".repeat(100),
                new PeerPositions.Reached(new Position(4, 0), new Position(4, 0)));
        LastRead last = new LastRead(12, Instant.parse("2026-01-02T03:04:05.678Z"));
        assertThat(CheckpointFormat.read(CheckpointFormat.write(checkpoint, peers, last)))
                .isEqualTo(new CheckpointFormat.Stored(checkpoint, peers, last));
        Checkpoint next = checkpoint.take(new Arrival(new Position(5, 7), 9, null));
        assertThat(CheckpointFormat.read(CheckpointFormat.write(next, Map.of(), last)))
                .isEqualTo(new CheckpointFormat.Stored(next, Map.of(), last));

        byte[] written = CheckpointFormat.write(next, Map.of(), last);
        Checkpoint unexplained = next.cleared().with(Divergence.unexplained(last.at()));
        int divergence = 1 + 4 + 16 + 12 + 1 + 1 + 57;
        byte[] older = Arrays.copyOf(written, written.length - 8 - divergence); // before it was written what is missing
        assertThat(CheckpointFormat.read(older)).isEqualTo(new CheckpointFormat.Stored(unexplained, Map.of(), last));
        byte[] oldest = Arrays.copyOf(older, older.length - 20); // as it was written before there was a last read
        assertThat(CheckpointFormat.read(oldest))
                .isEqualTo(new CheckpointFormat.Stored(
                        next.cleared().with(Divergence.unexplained(Instant.EPOCH)), Map.of(), null));
    }
}
