package io.taskqueue.streams.checkpoint;

import io.taskqueue.streams.checkpoint.Arrival.Mark;
import io.taskqueue.streams.checkpoint.Checkpoint.Fence;
import io.taskqueue.streams.state.StateReader;
import io.taskqueue.streams.state.StateWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/**
 * The stored form of a checkpoint, under the queue's name in UTF-8.
 *
 * <pre>
 *   version 1 | topic id 16 | partition 4 | taken | 0, or 1 and cursor | diverged 1 | count 4, fences | count 4, peers | last read
 *
 *   taken, cursor = position 16 | offset 8
 *   fence         = epoch 8 | offset 8 | 0, or 1 and the instance id 16
 *   peer          = name 4 + n | newest position 16 | done 16
 *   last read     = offset 8 | time 12
 * </pre>
 *
 * <p>An older version wrote no last read, and ignores it.
 */
public final class CheckpointFormat {

    private static final byte VERSION = 1;

    /**
     * What was stored of a queue.
     *
     * @param lastRead its last record; null where an older version wrote it
     */
    public record Stored(
            Checkpoint checkpoint, Map<String, PeerPositions.Reached> peers, @Nullable LastRead lastRead) {}

    private CheckpointFormat() {}

    public static byte[] write(Checkpoint checkpoint, Map<String, PeerPositions.Reached> peers, LastRead lastRead) {
        StateWriter out =
                StateWriter.value(VERSION, 100 + 33 * checkpoint.fences().size() + 64 * peers.size());
        out.putUuid(checkpoint.topicId()).putInt(checkpoint.partition());
        write(out, checkpoint.taken());
        Mark cursor = checkpoint.cursor();
        out.putFlag(cursor != null);
        if (cursor != null) {
            write(out, cursor);
        }
        out.putFlag(checkpoint.diverged());
        out.putInt(checkpoint.fences().size());
        for (Fence fence : checkpoint.fences()) {
            write(out, fence);
        }
        out.putInt(peers.size());
        peers.forEach((name, reached) ->
                out.putText(name).putPosition(reached.newest()).putPosition(reached.done()));
        return out.putLong(lastRead.offset()).putInstant(lastRead.at()).toBytes();
    }

    public static Stored read(byte[] stored) {
        StateReader in = StateReader.value("checkpoint", VERSION, stored);
        Uuid topicId = in.readKafkaUuid();
        int partition = in.readInt();
        Mark taken = mark(in);
        Mark cursor = in.readFlag() ? mark(in) : null;
        boolean diverged = in.readFlag();
        List<Fence> fences = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            fences.add(fence(in));
        }
        Map<String, PeerPositions.Reached> peers = new TreeMap<>();
        for (int left = in.readInt(); left > 0; left--) {
            peers.put(in.readText(), new PeerPositions.Reached(in.readPosition(), in.readPosition()));
        }
        LastRead lastRead = in.hasMore() ? new LastRead(in.readLong(), in.readInstant()) : null;
        return new Stored(new Checkpoint(topicId, partition, taken, cursor, fences, diverged), peers, lastRead);
    }

    private static void write(StateWriter out, Mark mark) {
        out.putPosition(mark.position()).putLong(mark.offset());
    }

    private static void write(StateWriter out, Fence fence) {
        @Nullable UUID instance = fence.instance();
        out.putLong(fence.epoch()).putLong(fence.offset()).putFlag(instance != null);
        if (instance != null) {
            out.putUuid(instance);
        }
    }

    private static Mark mark(StateReader in) {
        return new Mark(in.readPosition(), in.readLong());
    }

    private static Fence fence(StateReader in) {
        return new Fence(in.readLong(), in.readLong(), in.readFlag() ? in.readUuid() : null);
    }
}
