package io.taskqueue.streams;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * The stored form of a partition's latest replay, under the one key 1. Numbers are big-endian, texts UTF-8 behind their length
 * in 4 bytes, times seconds 8 and nanos 4.
 *
 * <pre>
 *   version 1 | newest number of an order 4 | 0: there was no replay
 *                                           | 1: order | range | begun at | 0, or 1 and ended at | cursor 8 | counts | ran before
 *
 *   order      = id 16 | number 4 | mode 4 + n | selection 4 + n | by 4 + n | at
 *   range      = topic id 16 | first offset 8 | last offset 8
 *   counts     = events 8 | reused 8 | run 8 | failed 8 | parked 8 | missing 8 | ambiguous 8
 *   ran before = how many 4, each: offset 8 | effects recorded 4
 * </pre>
 */
final class ReplayBytes {

    /** The one key. */
    static final Bytes KEY = Bytes.wrap(new byte[] {1});

    private static final byte VERSION = 1;
    private static final int FIXED = 1 + 4 + 1 + 20 + 12 + 32 + 12 + 13 + 8 + 56 + 4;

    /** What was stored. */
    record Stored(int newestNumber, @Nullable Replay replay) {}

    private ReplayBytes() {}

    static byte[] write(int newestNumber, @Nullable Replay replay) {
        if (replay == null) {
            return ByteBuffer.allocate(6)
                    .put(VERSION)
                    .putInt(newestNumber)
                    .put((byte) 0)
                    .array();
        }
        ReplayOrder order = replay.order;
        byte[] mode = utf8(order.mode().text());
        byte[] selection = utf8(order.selection().toString());
        byte[] by = utf8(order.by());
        int texts = 3 * 4 + mode.length + selection.length + by.length;
        ByteBuffer bytes = ByteBuffer.allocate(FIXED + texts + 12 * replay.ranBefore.size());
        bytes.put(VERSION).putInt(newestNumber).put((byte) 1);
        bytes.putLong(order.id().getMostSignificantBits());
        bytes.putLong(order.id().getLeastSignificantBits());
        bytes.putInt(order.number());
        for (byte[] text : List.of(mode, selection, by)) {
            bytes.putInt(text.length).put(text);
        }
        put(bytes, order.at());
        bytes.putLong(replay.range.topicId().getMostSignificantBits());
        bytes.putLong(replay.range.topicId().getLeastSignificantBits());
        bytes.putLong(replay.range.first()).putLong(replay.range.last());
        put(bytes, replay.begunAt);
        bytes.put((byte) (replay.running() ? 0 : 1));
        replay.endedAt().ifPresent(ended -> put(bytes, ended));
        bytes.putLong(replay.cursor());
        put(bytes, replay.counts());
        bytes.putInt(replay.ranBefore.size());
        replay.ranBefore.forEach((offset, ran) -> bytes.putLong(offset).putInt(ran));
        byte[] written = new byte[bytes.position()];
        bytes.flip().get(written);
        return written;
    }

    static Stored read(byte[] stored) {
        ByteBuffer bytes = ByteBuffer.wrap(stored);
        StateVersion.require("replay", VERSION, bytes.get());
        int newestNumber = bytes.getInt();
        return new Stored(newestNumber, bytes.get() == 0 ? null : replay(bytes));
    }

    private static Replay replay(ByteBuffer bytes) {
        ReplayOrder order = order(bytes);
        Replay.Range range =
                new Replay.Range(new Uuid(bytes.getLong(), bytes.getLong()), bytes.getLong(), bytes.getLong());
        Instant begunAt = instant(bytes);
        Instant endedAt = bytes.get() == 1 ? instant(bytes) : null;
        Replay.Reached reached = new Replay.Reached(bytes.getLong(), counts(bytes), endedAt);
        Replay replay = new Replay(order, range, begunAt, reached);
        for (int left = bytes.getInt(); left > 0; left--) {
            replay.ranBefore.put(bytes.getLong(), bytes.getInt());
        }
        return replay;
    }

    private static ReplayOrder order(ByteBuffer bytes) {
        UUID id = new UUID(bytes.getLong(), bytes.getLong());
        int number = bytes.getInt();
        String mode = text(bytes);
        Selection selection = Selection.parse(List.of(text(bytes)));
        return new ReplayOrder(
                id, number, ReplayMode.ofText(mode).orElseThrow(), selection, text(bytes), instant(bytes));
    }

    private static void put(ByteBuffer bytes, ReplayCounts counts) {
        bytes.putLong(counts.events()).putLong(counts.reused()).putLong(counts.run());
        bytes.putLong(counts.failed()).putLong(counts.parked()).putLong(counts.missing());
        bytes.putLong(counts.ambiguous());
    }

    private static ReplayCounts counts(ByteBuffer bytes) {
        return new ReplayCounts(
                bytes.getLong(),
                bytes.getLong(),
                bytes.getLong(),
                bytes.getLong(),
                bytes.getLong(),
                bytes.getLong(),
                bytes.getLong());
    }

    private static void put(ByteBuffer bytes, Instant time) {
        bytes.putLong(time.getEpochSecond()).putInt(time.getNano());
    }

    private static Instant instant(ByteBuffer bytes) {
        return Instant.ofEpochSecond(bytes.getLong(), bytes.getInt());
    }

    private static String text(ByteBuffer bytes) {
        byte[] text = new byte[bytes.getInt()];
        bytes.get(text);
        return new String(text, StandardCharsets.UTF_8);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
