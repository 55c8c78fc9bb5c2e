package io.taskqueue.streams;

import io.taskqueue.event.Position;
import io.taskqueue.streams.Arrival.Mark;
import io.taskqueue.streams.Checkpoint.Fence;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/**
 * The stored form of a checkpoint, under the queue's name in UTF-8. Numbers are big-endian.
 *
 * <pre>
 *   +---------+----------+-----------+-------+------------------+------------------+----------+--------+-----+
 *   | version | topic id | partition | taken | done             | cursor           | diverged | fences | ... |
 *   | 1 byte  | 16       | 4         | 24    | 1, then 16 if 1  | 1, then 24 if 1  | 1        | 4      |     |
 *   +---------+----------+-----------+-------+------------------+------------------+----------+--------+-----+
 *   mark  = epoch 8, sequence 8, offset 8          done = epoch 8, sequence 8
 *   fence = epoch 8, offset 8, 1, then the instance id 16 if 1
 *   then the peers: their number 4, each: length of the name 2, the name in UTF-8, newest position 16, done 16
 * </pre>
 *
 * {@code done} is for those who read the store; a sink derives it from what is in flight. There are at most {@link Peers#MAX} + 1
 * peers.
 */
final class CheckpointBytes {

    private static final byte VERSION = 1;

    /** What was stored of a queue. */
    record Stored(Checkpoint checkpoint, Map<String, Peers.Reach> peers) {}

    private CheckpointBytes() {}

    static byte[] write(Checkpoint checkpoint, @Nullable Position done, Map<String, Peers.Reach> peers) {
        List<byte[]> names = peers.keySet().stream()
                .map(name -> name.getBytes(StandardCharsets.UTF_8))
                .toList();
        int namesSize = names.stream().mapToInt(name -> 2 + name.length + 32).sum();
        Mark cursor = checkpoint.cursor();
        ByteBuffer bytes = ByteBuffer.allocate(
                1 + 16 + 4 + 24 + 17 + 25 + 1 + 4 + 33 * checkpoint.fences().size() + 4 + namesSize);
        bytes.put(VERSION);
        bytes.putLong(checkpoint.topicId().getMostSignificantBits());
        bytes.putLong(checkpoint.topicId().getLeastSignificantBits());
        bytes.putInt(checkpoint.partition());
        put(bytes, checkpoint.taken());
        bytes.put(flag(done != null));
        if (done != null) {
            put(bytes, done);
        }
        bytes.put(flag(cursor != null));
        if (cursor != null) {
            put(bytes, cursor);
        }
        bytes.put(flag(checkpoint.diverged()));
        bytes.putInt(checkpoint.fences().size());
        for (Fence fence : checkpoint.fences()) {
            put(bytes, fence);
        }
        bytes.putInt(peers.size());
        Iterator<byte[]> name = names.iterator();
        peers.values().forEach(reached -> {
            byte[] utf8 = name.next();
            bytes.putShort((short) utf8.length).put(utf8);
            put(bytes, reached.newest());
            put(bytes, reached.done());
        });
        byte[] written = new byte[bytes.position()];
        bytes.flip().get(written);
        return written;
    }

    static Stored read(byte[] stored) {
        ByteBuffer bytes = ByteBuffer.wrap(stored);
        StateVersion.require("checkpoint", VERSION, bytes.get());
        Uuid topicId = new Uuid(bytes.getLong(), bytes.getLong());
        int partition = bytes.getInt();
        Mark taken = mark(bytes);
        if (flag(bytes)) {
            bytes.position(bytes.position() + 16);
        }
        Mark cursor = flag(bytes) ? mark(bytes) : null;
        boolean diverged = flag(bytes);
        int count = bytes.getInt();
        List<Fence> fences = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            fences.add(fence(bytes));
        }
        return new Stored(new Checkpoint(topicId, partition, taken, cursor, fences, diverged), peers(bytes));
    }

    private static Map<String, Peers.Reach> peers(ByteBuffer bytes) {
        Map<String, Peers.Reach> peers = new TreeMap<>();
        int count = bytes.getInt();
        for (int i = 0; i < count; i++) {
            byte[] name = new byte[bytes.getShort()];
            bytes.get(name);
            String peer = new String(name, StandardCharsets.UTF_8);
            peers.put(peer, new Peers.Reach(position(bytes), position(bytes)));
        }
        return peers;
    }

    private static void put(ByteBuffer bytes, Mark mark) {
        put(bytes, mark.position());
        bytes.putLong(mark.offset());
    }

    private static void put(ByteBuffer bytes, Position position) {
        bytes.putLong(position.epoch()).putLong(position.sequence());
    }

    private static void put(ByteBuffer bytes, Fence fence) {
        UUID instance = fence.instance();
        bytes.putLong(fence.epoch()).putLong(fence.offset()).put(flag(instance != null));
        if (instance != null) {
            bytes.putLong(instance.getMostSignificantBits()).putLong(instance.getLeastSignificantBits());
        }
    }

    private static Mark mark(ByteBuffer bytes) {
        return new Mark(position(bytes), bytes.getLong());
    }

    private static Position position(ByteBuffer bytes) {
        return new Position(bytes.getLong(), bytes.getLong());
    }

    private static Fence fence(ByteBuffer bytes) {
        return new Fence(
                bytes.getLong(), bytes.getLong(), flag(bytes) ? new UUID(bytes.getLong(), bytes.getLong()) : null);
    }

    private static byte flag(boolean set) {
        return (byte) (set ? 1 : 0);
    }

    private static boolean flag(ByteBuffer bytes) {
        return bytes.get() == 1;
    }
}
