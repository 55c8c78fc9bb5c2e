package io.taskqueue.streams.admin;

import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.kafka.TopicNames;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.serde.ReplicationEventCodec;
import io.taskqueue.serde.UndecodableEventException;
import io.taskqueue.streams.admin.SinkCounts.DivergedQueue;
import io.taskqueue.streams.checkpoint.Checkpoint;
import io.taskqueue.streams.checkpoint.CheckpointFormat;
import io.taskqueue.streams.checkpoint.LogChange;
import io.taskqueue.streams.log.PartitionLogFormat;
import io.taskqueue.streams.parking.ParkedEvent;
import io.taskqueue.streams.rate.RateOrder;
import io.taskqueue.streams.replay.Replay;
import io.taskqueue.streams.replay.ReplayFormat;
import io.taskqueue.streams.replay.ReplayReceipt;
import io.taskqueue.streams.state.InFlightFormat;
import io.taskqueue.streams.state.StateKind;
import io.taskqueue.streams.state.StoreNames;
import io.taskqueue.streams.state.UndecodableFormat;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * What a sink's state holds as of its last commit, from the records of its changelog in their order: all of them, read to their end, or followed
 * as they are written.
 *
 * <p>It holds the kinds of entries that were asked for. Not thread-safe.
 */
public final class CommittedState {

    private static final ReplicationEventCodec<String> CODEC = new ReplicationEventCodec<>(PayloadCodec.jsonText());

    private static final Comparator<ParkedEvent> PARKED_ORDER = Comparator.comparing(
                    (ParkedEvent parked) -> parked.event().queueName())
            .thenComparing(parked -> parked.event().taskId().queueName())
            .thenComparing(parked -> parked.event().taskId().epoch())
            .thenComparing(parked -> parked.event().taskId().sequenceId())
            .thenComparing(ParkedEvent::offset);

    /** An event that is delivered the first time and not applied; a checkpoint waits for it. */
    private record Unapplied(String queueName, Position position, Instant occurredAt) {}

    /** What is known of the events in flight of a queue. */
    private record Pending(long events, Unapplied first) {

        private static Pending of(Unapplied event) {
            return new Pending(1, event);
        }

        private Pending and(Pending more) {
            Unapplied lower = first.position().compareTo(more.first.position()) <= 0 ? first : more.first;
            return new Pending(events + more.events, lower);
        }
    }

    /** The entries of one partition. */
    private static final class Entries {

        private final Map<String, Checkpoint> checkpoints = new HashMap<>();
        private final Set<Bytes> inFlight = new HashSet<>();
        private final Map<Bytes, Unapplied> unapplied = new HashMap<>();
        private long undecodable;
        private @Nullable RateOrder rate;
        private List<LogChange> logChanges = List.of();
        private ReplayFormat.@Nullable Stored replay;
    }

    private final Set<StateKind> kinds;
    private final ParkedEventTable parked;
    private final Map<Integer, Entries> partitions = new TreeMap<>();

    private CommittedState(Set<StateKind> kinds, long maxParkedBytes) {
        this.kinds = EnumSet.copyOf(kinds);
        this.parked = new ParkedEventTable(maxParkedBytes);
    }

    /** A state with only these kinds of entries, without a bound. */
    static CommittedState of(StateKind first, StateKind... more) {
        return new CommittedState(EnumSet.of(first, more), Long.MAX_VALUE);
    }

    /**
     * A state with all kinds of entries.
     *
     * @param maxParkedBytes the size of all parked events beyond which none is held, see {@link #parked}, until {@link #parkedToReadAgain}
     */
    public static CommittedState bounded(long maxParkedBytes) {
        return new CommittedState(EnumSet.allOf(StateKind.class), maxParkedBytes);
    }

    /** The changelog of a sink's state. */
    public static String topic(String sink) {
        return TopicNames.changelog(sink, StoreNames.STATE);
    }

    /**
     * Adds the next record of a partition of the changelog.
     *
     * @throws RuntimeException if a version of the sink wrote it that this one cannot read
     */
    public void add(ConsumerRecord<byte[], byte[]> record) {
        byte[] key = record.key();
        for (StateKind kind : kinds) {
            if (kind.owns(key)) {
                Entries entries = partitions.computeIfAbsent(record.partition(), partition -> new Entries());
                add(kind, entries, record);
                return;
            }
        }
    }

    /** The newest order of a rate limit; empty where there was none. */
    public Optional<RateOrder> rate() {
        RateOrder newest = null;
        for (Entries entries : partitions.values()) {
            RateOrder rate = entries.rate;
            if (rate != null && (newest == null || rate.at().isAfter(newest.at()))) {
                newest = rate;
            }
        }
        return Optional.ofNullable(newest);
    }

    /** Forgets a partition, whose changelog is read again from its start. */
    public void forget(int partition) {
        partitions.remove(partition);
        if (partitions.isEmpty()) {
            parked.forgetAll();
        } else {
            parked.forget(partition);
        }
    }

    private void add(StateKind kind, Entries entries, ConsumerRecord<byte[], byte[]> record) {
        byte[] value = record.value();
        switch (kind) {
            case CHECKPOINT -> addCheckpoint(entries, record);
            case IN_FLIGHT -> addInFlight(entries, Bytes.wrap(record.key()), value);
            case PARKED -> parked.add(record);
            case UNDECODABLE -> entries.undecodable =
                    value == null ? 0 : UndecodableFormat.read(value).count();
            case LOG -> entries.logChanges = value == null
                    ? List.of()
                    : PartitionLogFormat.read(value, record.partition()).changes();
            case REPLAY -> entries.replay = value == null ? null : ReplayFormat.read(value);
            case RATE -> entries.rate = value == null ? null : RateOrder.ofStored(value);
        }
    }

    private static void addCheckpoint(Entries entries, ConsumerRecord<byte[], byte[]> record) {
        String queue = new String(StateKind.CHECKPOINT.strip(record.key()), StandardCharsets.UTF_8);
        if (record.value() == null) {
            entries.checkpoints.remove(queue);
        } else {
            entries.checkpoints.put(queue, CheckpointFormat.read(record.value()).checkpoint());
        }
    }

    private static void addInFlight(Entries entries, Bytes key, byte @Nullable [] value) {
        entries.unapplied.remove(key);
        if (value == null) {
            entries.inFlight.remove(key);
            return;
        }
        entries.inFlight.add(key);
        InFlightFormat.firstDelivery(value).ifPresent(json -> entries.unapplied.put(key, unapplied(json)));
    }

    private static Unapplied unapplied(byte[] json) {
        try {
            ReplicationEvent<String> event = CODEC.decode(json);
            return new Unapplied(event.queueName(), event.position(), event.occurredAt());
        } catch (UndecodableEventException e) {
            throw new IllegalStateException("An event in flight cannot be decoded. This is a defect.", e);
        }
    }

    /** Counts that operators need. */
    public SinkCounts counts() {
        List<DivergedQueue> diverged = new ArrayList<>();
        partitions.forEach((partition, entries) -> entries.checkpoints.forEach((queue, checkpoint) -> {
            if (checkpoint.divergence() != null) {
                diverged.add(new DivergedQueue(queue, partition, checkpoint.divergence()));
            }
        }));
        diverged.sort(Comparator.comparing(DivergedQueue::queueName));
        return new SinkCounts(
                partitions.values().stream()
                        .mapToLong(each -> each.inFlight.size())
                        .sum(),
                partitions.values().stream().mapToLong(each -> each.undecodable).sum(),
                diverged,
                partitions.values().stream()
                        .flatMap(each -> each.logChanges.stream())
                        .toList());
    }

    /** How far the sink has come with each queue, in no order. */
    public List<CommittedCheckpoint> checkpoints() {
        Map<String, Pending> pending = new HashMap<>();
        partitions.values().stream()
                .flatMap(entries -> entries.unapplied.values().stream())
                .forEach(event -> pending.merge(event.queueName(), Pending.of(event), Pending::and));
        List<CommittedCheckpoint> all = new ArrayList<>();
        partitions.forEach((partition, entries) -> entries.checkpoints.forEach((queue, checkpoint) ->
                all.add(checkpoint(queue, partition, checkpoint.taken().position(), pending.get(queue)))));
        return all;
    }

    private static CommittedCheckpoint checkpoint(
            String queue, int partition, Position taken, @Nullable Pending pending) {
        if (pending == null) {
            return new CommittedCheckpoint(queue, partition, taken, taken, CommittedCheckpoint.InFlight.NONE);
        }
        Position first = pending.first().position();
        return new CommittedCheckpoint(
                queue,
                partition,
                taken,
                first.sequence() == 0 ? null : new Position(first.epoch(), first.sequence() - 1),
                new CommittedCheckpoint.InFlight(
                        pending.events(), pending.first().occurredAt()));
    }

    /**
     * All events that are parked or discarded, by queue, then task, each task's in order; empty if they are more than are held.
     */
    public Optional<List<ParkedEvent>> parked() {
        return parked.events().map(events -> {
            sortParked(events);
            return events;
        });
    }

    /**
     * From which offset of each partition of the changelog {@link #addParkedAgain} needs the records, because parked events that were more than are
     * held have become fewer. Empty if none is needed.
     */
    public Map<Integer, Long> parkedToReadAgain() {
        return parked.toReadAgain();
    }

    /** Adds a record that was added before, and was read again for {@link #parkedToReadAgain}; records of other kinds are ignored. */
    public void addParkedAgain(ConsumerRecord<byte[], byte[]> record) {
        if (StateKind.PARKED.owns(record.key())) {
            parked.addAgain(record);
        }
    }

    /** Whether parked events are so many that only reading the changelog from its start can show how many are left. */
    public boolean parkedUnknown() {
        return parked.unknown();
    }

    /** Whether the event at an offset of a partition of the event topic is in flight. */
    public boolean inFlight(int partition, long offset) {
        Entries entries = partitions.get(partition);
        return entries != null
                && entries.inFlight.stream()
                        .anyMatch(key -> InFlightFormat.offset(StateKind.IN_FLIGHT.strip(key.get())) == offset);
    }

    /** Changes with each change of {@link #parked}. */
    public long parkedVersion() {
        return parked.version();
    }

    static void sortParked(List<ParkedEvent> events) {
        events.sort(PARKED_ORDER);
    }

    /** The receipt of each partition's latest replay, by partition; partitions that never had one are left out. */
    public List<ReplayReceipt> receipts() {
        List<ReplayReceipt> receipts = new ArrayList<>();
        partitions.forEach((partition, entries) -> {
            Replay replay = entries.replay == null ? null : entries.replay.replay();
            if (replay != null) {
                receipts.add(replay.receipt(partition));
            }
        });
        return receipts;
    }

    /** The highest number of an order of a replay; 0 where none was given. */
    int newestOrderNumber() {
        return partitions.values().stream()
                .mapToInt(entries -> entries.replay == null ? 0 : entries.replay.newestNumber())
                .max()
                .orElse(0);
    }
}
