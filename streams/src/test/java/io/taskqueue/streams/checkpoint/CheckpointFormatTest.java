package io.taskqueue.streams.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.event.Position;
import io.taskqueue.streams.checkpoint.Arrival.Mark;
import io.taskqueue.streams.checkpoint.Checkpoint.Fence;
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
                true);

        Map<String, PeerPositions.Reached> peers = Map.of(
                "default",
                new PeerPositions.Reached(new Position(5, 9), new Position(5, 5)),
                "ä/".repeat(100),
                new PeerPositions.Reached(new Position(4, 0), new Position(4, 0)));
        assertThat(CheckpointFormat.read(CheckpointFormat.write(checkpoint, peers)))
                .isEqualTo(new CheckpointFormat.Stored(checkpoint, peers));
        Checkpoint next = checkpoint.take(new Arrival(new Position(5, 7), 9, null));
        assertThat(CheckpointFormat.read(CheckpointFormat.write(next, Map.of())))
                .isEqualTo(new CheckpointFormat.Stored(next, Map.of()));
    }
}
