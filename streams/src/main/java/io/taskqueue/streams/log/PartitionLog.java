package io.taskqueue.streams.log;

import io.taskqueue.streams.checkpoint.LogChange;
import io.taskqueue.streams.checkpoint.LogState;
import io.taskqueue.streams.state.KeyValues;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/**
 * The log of one partition as the sink knows it, and what happened to it that the sink could not follow. Compares what the cluster reports
 * with what was read; kept with each commit. For the stream thread only.
 *
 * <pre>
 *          start                 read up to, next            end
 *   |--------|--------------------------|---------------------|
 *   | deleted|                          | to be read          |
 *
 *   recreated   another topic id
 *   shortened   end   &lt; next: what was read is not in the log any more
 *   overtaken   start &gt; next: what was to be read is not in the log any more
 * </pre>
 */
public final class PartitionLog {

    private final KeyValues store;
    private final InstantSource time;
    private final int partition;
    private final Map<LogChange.Kind, LogChange> changes = new EnumMap<>(LogChange.Kind.class);
    private @Nullable Uuid topicId;
    private int partitions;

    /** Where reading continues behind what is known to be lost, which Kafka finds once more when it reads. */
    private long continuesAt;

    private boolean changed;

    /**
     * Loads what the store holds.
     *
     * @param before the topic of the checkpoints, for state that an older version wrote
     */
    public PartitionLog(KeyValues store, InstantSource time, int partition, Optional<Uuid> before) {
        this.store = store;
        this.time = time;
        this.partition = partition;
        this.topicId = before.orElse(null);
        byte[] stored = store.get(PartitionLogFormat.KEY);
        if (stored != null) {
            PartitionLogFormat.Stored known = PartitionLogFormat.read(stored, partition);
            topicId = known.topicId();
            partitions = known.partitions();
            known.changes().forEach(change -> changes.put(change.kind(), change));
        }
    }

    /** What happened, and was not cleared since. */
    public Collection<LogChange> changes() {
        return List.copyOf(changes.values());
    }

    /**
     * Whether the log does not match what was read of it. To be asked again with a state that was read after {@code readUpTo} was known: an
     * older one may be of a log that was shorter.
     *
     * @param readUpTo the highest offset that was read of any queue; -1 where none was
     * @param next the offset at which the partition continues, where known
     */
    public boolean contradicts(LogState now, long readUpTo, OptionalLong next) {
        return isOther(now.topicId())
                || now.end() <= readUpTo
                || overtakenFrom(now, readUpTo, next).isPresent();
    }

    /** Whether a topic is another one than that for which the state was written. */
    public boolean isOther(Uuid id) {
        return topicId != null && !topicId.equals(id);
    }

    /**
     * Compares a log with what was read of it, and remembers what is found. The topic's id is adopted.
     *
     * @return what happened to the log since
     */
    public Optional<LogChange> compare(LogState now, long readUpTo, OptionalLong next) {
        if (isOther(now.topicId())) {
            long before = Math.max(readUpTo + 1, next.orElse(0));
            adopt(now);
            return Optional.of(add(LogChange.Kind.RECREATED, before, now.start()));
        }
        adopt(now);
        if (now.end() <= readUpTo) {
            return Optional.of(add(LogChange.Kind.SHORTENED, readUpTo + 1, now.end()));
        }
        OptionalLong overtaken = overtakenFrom(now, readUpTo, next);
        return overtaken.isPresent()
                ? Optional.of(add(LogChange.Kind.OVERTAKEN, overtaken.getAsLong(), now.start()))
                : Optional.empty();
    }

    /** The log was shortened to an offset, though it is longer again. */
    public LogChange shortened(long readUpTo, long end) {
        return add(LogChange.Kind.SHORTENED, readUpTo + 1, end);
    }

    /** Adopts the number of partitions, which one partition of a topic counts for all. */
    public Optional<LogChange> countPartitions(int now) {
        int before = partitions;
        if (partition != 0 || before == now) {
            return Optional.empty();
        }
        partitions = now;
        changed = true;
        return before == 0 ? Optional.empty() : Optional.of(add(LogChange.Kind.PARTITIONS, before, now));
    }

    /** An operator has seen what happened up to a time. */
    public boolean clear(Instant until) {
        boolean any = changes.values().removeIf(change -> !change.at().isAfter(until));
        changed |= any;
        return any;
    }

    /** Whether something is to be written. */
    public boolean changed() {
        return changed && topicId != null;
    }

    /** Just before a commit. */
    public void write() {
        Uuid id = topicId;
        if (changed && id != null) {
            store.put(PartitionLogFormat.KEY, PartitionLogFormat.write(id, partitions, changes()));
            changed = false;
        }
    }

    /** Where reading would continue if the log had not lost it; what an operator moved back was read before. */
    private OptionalLong overtakenFrom(LogState now, long readUpTo, OptionalLong next) {
        long from = Math.max(Math.max(readUpTo + 1, next.orElse(0)), continuesAt);
        boolean readBefore = readUpTo >= 0 || next.isPresent();
        return readBefore && now.start() > from ? OptionalLong.of(from) : OptionalLong.empty();
    }

    private void adopt(LogState now) {
        if (!now.topicId().equals(topicId)) {
            topicId = now.topicId();
            changed = true;
        }
    }

    private LogChange add(LogChange.Kind kind, long from, long to) {
        LogChange before = changes.get(kind);
        LogChange now =
                new LogChange(kind, partition, before == null ? 1 : before.times() + 1, time.instant(), from, to);
        changes.put(kind, now);
        continuesAt = kind == LogChange.Kind.OVERTAKEN ? to : kind == LogChange.Kind.PARTITIONS ? continuesAt : 0;
        changed = true;
        return now;
    }
}
