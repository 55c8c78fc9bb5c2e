package io.taskqueue.streams.checkpoint;

import io.taskqueue.streams.state.KeyValues;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/** The checkpoints of one partition's queues, in memory and written at commit. For the stream thread only. */
public final class Checkpoints {

    private final Map<String, Checkpoint> byQueue = new HashMap<>();
    private final Map<String, PeerPositions> peers = new HashMap<>();
    private final Map<String, LastRead> lastRead = new HashMap<>();
    private final Map<String, Long> read = new HashMap<>();
    private final Set<String> changed = new HashSet<>();
    private final KeyValues store;
    private final Clock clock;
    private long highest;

    /** Loads what the store holds. */
    public Checkpoints(KeyValues store, Clock clock) {
        this.store = store;
        this.clock = clock;
        Instant now = clock.instant();
        try (KeyValues.Entries stored = store.all()) {
            stored.forEachRemaining(entry -> {
                String queue = new String(entry.key().get(), StandardCharsets.UTF_8);
                CheckpointFormat.Stored loaded = CheckpointFormat.read(entry.value());
                byQueue.put(queue, loaded.checkpoint());
                peers.put(queue, PeerPositions.of(loaded.peers()));
                LastRead last = loaded.lastRead();
                if (last == null) {
                    changed.add(queue); // written by an older version; its time begins now
                }
                lastRead.put(
                        queue,
                        last == null ? new LastRead(loaded.checkpoint().taken().offset(), now) : last);
            });
        }
        highest = highestOffset();
    }

    /** The checkpoint of a queue, or null before its first event. */
    public @Nullable Checkpoint find(String queue) {
        return byQueue.get(queue);
    }

    /** The topic of the checkpoints; empty where there is none. */
    public Optional<Uuid> topicId() {
        return byQueue.values().stream().map(Checkpoint::topicId).findAny();
    }

    public Set<String> queues() {
        return Set.copyOf(byQueue.keySet());
    }

    public void put(String queue, Checkpoint checkpoint) {
        byQueue.put(queue, checkpoint);
        changed.add(queue);
        highest = Math.max(highest, checkpoint.taken().offset());
    }

    /** A record of a queue was read, whatever it was. */
    public void read(String queue, long offset) {
        read.put(queue, offset);
        LastRead before = lastRead.get(queue);
        if (before == null || offset > before.offset()) {
            changed.add(queue);
        }
    }

    /**
     * Clears the mark {@code diverged} of queues, where it is not newer than a time.
     *
     * @return what was cleared, by queue
     */
    public Map<String, Divergence> clearDiverged(Predicate<String> queues, Instant until) {
        Map<String, Divergence> cleared = new TreeMap<>();
        for (String queue : queues()) {
            Checkpoint known = byQueue.get(queue);
            Divergence divergence = known == null ? null : known.divergence();
            if (known != null && divergence != null && !divergence.at().isAfter(until) && queues.test(queue)) {
                cleared.put(queue, divergence);
                put(queue, known.cleared());
            }
        }
        return cleared;
    }

    /** Offsets behind all that was read are lost. */
    public void overtaken(long offsets) {
        queues().forEach(queue -> byQueue.computeIfPresent(queue, (name, known) -> known.overtaken(offsets)));
        changed.addAll(byQueue.keySet());
    }

    /**
     * The log was shortened to an offset.
     *
     * @param halts whether the sink halts before the next event of a queue of which events were lost
     * @return the queues of which events were lost
     */
    public List<String> shortened(long end, boolean halts) {
        Instant now = clock.instant();
        List<String> lost = new ArrayList<>();
        byQueue.replaceAll((queue, known) -> {
            Checkpoint kept = known.shortened(end, now, halts);
            if (!kept.equals(known)) {
                lost.add(queue);
            }
            return kept;
        });
        lost.sort(null);
        changed.addAll(lost);
        highest = highestOffset();
        return lost;
    }

    /** How far the owner peers of a queue have come; to be marked by {@link #changed} where it changes. */
    public PeerPositions peers(String queue) {
        return peers.computeIfAbsent(queue, name -> new PeerPositions());
    }

    /** The peers of a queue have advanced, so that it is written at the next commit. */
    public void changed(String queue) {
        changed.add(queue);
    }

    /** Deletes the checkpoints of other topics than this one, and returns their queues. */
    public List<String> startOver(Uuid topicId) {
        List<String> others = new ArrayList<>();
        byQueue.forEach((queue, checkpoint) -> {
            if (!checkpoint.topicId().equals(topicId)) {
                others.add(queue);
            }
        });
        others.forEach(this::remove);
        if (!others.isEmpty()) {
            highest = highestOffset();
        }
        return others;
    }

    /**
     * Deletes the checkpoints of queues that are gone, and returns them: the log holds no record of them any more, so none can be taken for
     * a new one, and none was read since a time.
     *
     * @param needed whether something else of a queue is kept
     */
    public List<String> expire(long logStart, Instant before, Predicate<String> needed) {
        List<String> gone = new ArrayList<>();
        lastRead.forEach((queue, last) -> {
            Checkpoint known = byQueue.get(queue);
            if (known != null
                    && !read.containsKey(queue)
                    && last.offset() < logStart
                    && last.at().isBefore(before)
                    && !known.diverged()
                    && !needed.test(queue)) {
                gone.add(queue);
            }
        });
        gone.forEach(this::remove);
        return gone;
    }

    private void remove(String queue) {
        byQueue.remove(queue);
        peers.remove(queue);
        lastRead.remove(queue);
        read.remove(queue);
        changed.remove(queue);
        store.delete(key(queue));
    }

    /** The highest offset that was read of any queue; -1 where none was. */
    public long readUpTo() {
        return highest;
    }

    /** Removes the fences that no record from this offset on needs. */
    public void dropFencesBefore(long logStart) {
        for (String queue : queues()) {
            Checkpoint before = byQueue.get(queue);
            Checkpoint after = before == null ? null : before.withoutFencesBefore(logStart);
            if (after != null && !after.equals(before)) {
                put(queue, after);
            }
        }
    }

    /** Writes what has changed since the last call, and returns the queues that were written. */
    public List<String> write() {
        List<String> written = new ArrayList<>();
        Instant now = clock.instant();
        read.forEach((queue, offset) -> lastRead.merge(
                queue,
                new LastRead(offset, now),
                (before, last) -> new LastRead(Math.max(before.offset(), last.offset()), now)));
        read.clear();
        for (String queue : changed) {
            Checkpoint checkpoint = byQueue.get(queue);
            if (checkpoint != null) {
                store.put(
                        key(queue),
                        CheckpointFormat.write(
                                checkpoint,
                                peers(queue).reached(),
                                lastRead.computeIfAbsent(
                                        queue,
                                        name -> new LastRead(checkpoint.taken().offset(), now))));
                written.add(queue);
            }
        }
        changed.clear();
        return written;
    }

    private long highestOffset() {
        return byQueue.values().stream()
                .mapToLong(checkpoint -> checkpoint.taken().offset())
                .max()
                .orElse(-1);
    }

    private static Bytes key(String queue) {
        return Bytes.wrap(queue.getBytes(StandardCharsets.UTF_8));
    }
}
