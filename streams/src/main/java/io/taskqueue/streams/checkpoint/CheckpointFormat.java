package io.taskqueue.streams.checkpoint;

import io.taskqueue.streams.checkpoint.Arrival.Mark;
import io.taskqueue.streams.checkpoint.Checkpoint.Fence;
import io.taskqueue.streams.state.StateReader;
import io.taskqueue.streams.state.StateWriter;
import java.time.Instant;
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
 *     | unread 8 | 0, or 1 and divergence
 *
 *   taken, cursor = position 16 | offset 8
 *   fence         = epoch 8 | offset 8 | 0, or 1 and the instance id 16
 *   peer          = name 4 + n | newest position 16 | done 16
 *   last read     = offset 8 | time 12
 *   divergence    = gaps 4 | at least 8 | at most 8 | time 12 | pending 1 | 0, or 1 and gap
 *   gap           = cause 1 | before 16 | found 16 | offset 8 | at least 8 | at most 8
 *   cause         = 1 retention, 2 shortened, 3 absent
 * </pre>
 *
 * <p>An older version wrote less, and ignores what follows: first, all from the last read on; then, all from unread on.
 */
public final class CheckpointFormat {

    private static final byte VERSION = 1;
    private static final List<Gap.Cause> CAUSES = List.of(Gap.Cause.RETENTION, Gap.Cause.SHORTENED, Gap.Cause.ABSENT);

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
                StateWriter.value(VERSION, 120 + 33 * checkpoint.fences().size() + 64 * peers.size());
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
        out.putLong(lastRead.offset()).putInstant(lastRead.at());
        out.putLong(checkpoint.unread());
        write(out, checkpoint.divergence());
        return out.toBytes();
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
        long unread = in.hasMore() ? in.readLong() : 0;
        Divergence divergence = in.hasMore() ? divergence(in) : null;
        if (diverged && divergence == null) {
            divergence = Divergence.unexplained(lastRead == null ? Instant.EPOCH : lastRead.at());
        }
        return new Stored(
                new Checkpoint(topicId, partition, taken, cursor, fences, unread, diverged ? divergence : null),
                peers,
                lastRead);
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

    private static void write(StateWriter out, @Nullable Divergence divergence) {
        out.putFlag(divergence != null);
        if (divergence == null) {
            return;
        }
        out.putInt(divergence.gaps());
        write(out, divergence.missing());
        out.putInstant(divergence.at()).putFlag(divergence.pending());
        Gap gap = divergence.newest();
        out.putFlag(gap != null);
        if (gap != null) {
            out.putByte((byte) (1 + CAUSES.indexOf(gap.cause())))
                    .putPosition(gap.before())
                    .putPosition(gap.found())
                    .putLong(gap.offset());
            write(out, gap.missing());
        }
    }

    private static void write(StateWriter out, Missing missing) {
        out.putLong(missing.atLeast()).putLong(missing.atMost());
    }

    private static @Nullable Divergence divergence(StateReader in) {
        if (!in.readFlag()) {
            return null;
        }
        int gaps = in.readInt();
        Missing missing = missing(in);
        Instant at = in.readInstant();
        boolean pending = in.readFlag();
        Gap newest = in.readFlag()
                ? new Gap(
                        CAUSES.get(in.readByte() - 1), in.readPosition(), in.readPosition(), in.readLong(), missing(in))
                : null;
        return new Divergence(gaps, missing, newest, at, pending);
    }

    private static Missing missing(StateReader in) {
        return new Missing(in.readLong(), in.readLong());
    }

    private static Mark mark(StateReader in) {
        return new Mark(in.readPosition(), in.readLong());
    }

    private static Fence fence(StateReader in) {
        return new Fence(in.readLong(), in.readLong(), in.readFlag() ? in.readUuid() : null);
    }
}
