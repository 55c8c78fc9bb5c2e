package io.taskqueue.streams.replay;

import io.taskqueue.streams.state.StateReader;
import io.taskqueue.streams.state.StateWriter;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * The stored form of a partition's latest replay, under the one key 1.
 *
 * <pre>
 *   version 1 | newest number of an order 4 | 0: there was no replay
 *                                           | 1: order | range | begun at 12 | 0, or 1 and ended at 12 | cursor 8 | counts | recorded before
 *
 *   order           = id 16 | number 4 | mode 4 + n | selection 4 + n | by 4 + n | at 12
 *   range           = topic id 16 | first offset 8 | last offset 8
 *   counts          = events 8 | reused 8 | run 8 | failed 8 | parked 8 | missing 8 | ambiguous 8
 *   recorded before = count 4, each: offset 8 | effects recorded 4
 * </pre>
 */
public final class ReplayFormat {

    /** The one key. */
    static final Bytes KEY = Bytes.wrap(new byte[] {1});

    private static final byte VERSION = 1;

    /** What was stored. */
    public record Stored(int newestNumber, @Nullable Replay replay) {}

    private ReplayFormat() {}

    static byte[] write(int newestNumber, @Nullable Replay replay) {
        StateWriter out = StateWriter.value(VERSION, 256).putInt(newestNumber).putFlag(replay != null);
        if (replay != null) {
            write(out, replay);
        }
        return out.toBytes();
    }

    public static Stored read(byte[] stored) {
        StateReader in = StateReader.value("replay", VERSION, stored);
        int newestNumber = in.readInt();
        return new Stored(newestNumber, in.readFlag() ? replay(in) : null);
    }

    private static void write(StateWriter out, Replay replay) {
        write(out, replay.order());
        out.putUuid(replay.range().topicId());
        out.putLong(replay.range().first()).putLong(replay.range().last());
        out.putInstant(replay.begunAt());
        out.putFlag(!replay.running());
        replay.endedAt().ifPresent(out::putInstant);
        out.putLong(replay.cursor());
        write(out, replay.counts());
        out.putInt(replay.recordedBefore().size());
        replay.recordedBefore().forEach((offset, effects) -> out.putLong(offset).putInt(effects));
    }

    private static Replay replay(StateReader in) {
        ReplayOrder order = order(in);
        Replay.Range range = new Replay.Range(in.readKafkaUuid(), in.readLong(), in.readLong());
        Instant begunAt = in.readInstant();
        Instant endedAt = in.readFlag() ? in.readInstant() : null;
        Replay replay = new Replay(order, range, begunAt, new Replay.Progress(in.readLong(), counts(in), endedAt));
        for (int left = in.readInt(); left > 0; left--) {
            replay.recordedBefore().put(in.readLong(), in.readInt());
        }
        return replay;
    }

    private static void write(StateWriter out, ReplayOrder order) {
        out.putUuid(order.id()).putInt(order.number());
        out.putText(order.mode().text());
        out.putText(order.selection().toString());
        out.putText(order.by()).putInstant(order.at());
    }

    private static ReplayOrder order(StateReader in) {
        UUID id = in.readUuid();
        int number = in.readInt();
        ReplayMode mode = ReplayMode.ofText(in.readText()).orElseThrow();
        Selection selection = Selection.parse(List.of(in.readText()));
        return new ReplayOrder(id, number, mode, selection, in.readText(), in.readInstant());
    }

    private static void write(StateWriter out, ReplayCounts counts) {
        out.putLong(counts.events()).putLong(counts.reused()).putLong(counts.run());
        out.putLong(counts.failed()).putLong(counts.parked()).putLong(counts.missing());
        out.putLong(counts.ambiguous());
    }

    private static ReplayCounts counts(StateReader in) {
        return new ReplayCounts(
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readLong());
    }
}
