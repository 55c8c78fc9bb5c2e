package io.taskqueue.streams.log;

import io.taskqueue.streams.checkpoint.LogChange;
import io.taskqueue.streams.state.StateReader;
import io.taskqueue.streams.state.StateWriter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Bytes;

/**
 * The stored form of what happened to a partition's log, under the one key 1.
 *
 * <pre>
 *   version 1 | topic id 16 | partitions 4 | count 4, changes
 *
 *   change = kind 1 | times 8 | time 12 | from 8 | to 8
 *   kind   = 1 overtaken, 2 recreated, 3 shortened, 4 partitions
 * </pre>
 */
public final class PartitionLogFormat {

    /** The one key. */
    public static final Bytes KEY = Bytes.wrap(new byte[] {1});

    private static final byte VERSION = 1;
    private static final List<LogChange.Kind> KINDS = List.of(
            LogChange.Kind.OVERTAKEN, LogChange.Kind.RECREATED, LogChange.Kind.SHORTENED, LogChange.Kind.PARTITIONS);

    /** What was stored. */
    public record Stored(Uuid topicId, int partitions, List<LogChange> changes) {}

    private PartitionLogFormat() {}

    static byte[] write(Uuid topicId, int partitions, Collection<LogChange> changes) {
        StateWriter out = StateWriter.value(VERSION, 24 + 37 * changes.size());
        out.putUuid(topicId).putInt(partitions).putInt(changes.size());
        for (LogChange change : changes) {
            out.putByte((byte) (1 + KINDS.indexOf(change.kind())))
                    .putLong(change.times())
                    .putInstant(change.at())
                    .putLong(change.from())
                    .putLong(change.to());
        }
        return out.toBytes();
    }

    /** @param partition the partition in whose state it was stored */
    public static Stored read(byte[] stored, int partition) {
        StateReader in = StateReader.value("history of a log", VERSION, stored);
        Uuid topicId = in.readKafkaUuid();
        int partitions = in.readInt();
        List<LogChange> changes = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            LogChange.Kind kind = KINDS.get(in.readByte() - 1);
            changes.add(new LogChange(kind, partition, in.readLong(), in.readInstant(), in.readLong(), in.readLong()));
        }
        return new Stored(topicId, partitions, changes);
    }
}
