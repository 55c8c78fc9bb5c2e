package io.taskqueue.source.recovery;

import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.fold.FoldedQueue;
import io.taskqueue.fold.FoldedTask;
import io.taskqueue.fold.QueueFold;
import io.taskqueue.fold.TaskPhase;
import io.taskqueue.queue.PayloadRefusedException;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.serde.ReplicationEventCodec;
import io.taskqueue.serde.UndecodableEventException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Decodes the latest records of live tasks, and folds them into the state of the queue. Where the latest event of a task has no payload, the payload
 * of an earlier one is decoded as well; of the rest of that event nothing is taken, because later events, which are not read, have replaced it.
 *
 * <p>A task whose records cannot be decoded, or whose payload the partition does not hold, is reported, and does not prevent the recovery of the
 * others. Immutable and thread-safe.
 */
final class LatestRecordDecoder<T> {

    /** How many undecodable tasks a report describes; all are counted. */
    static final int MOST_DESCRIBED = 100;

    private final String queueName;
    private final ReplicationEventCodec<T> codec;
    private final Consumer<T> check;

    LatestRecordDecoder(String queueName, PayloadCodec<T> codec, Consumer<T> check) {
        this.queueName = queueName;
        this.codec = new ReplicationEventCodec<>(codec);
        this.check = check;
    }

    /** The live tasks, and those that cannot be decoded. */
    record Decoded<T>(List<FoldedTask<T>> tasks, List<UndecodableTask> undecodable, long undecodableCount) {

        RecoveryReport.Tasks counts() {
            return new RecoveryReport.Tasks(
                    count(TaskPhase.PENDING),
                    count(TaskPhase.DELAYED),
                    count(TaskPhase.LEASED),
                    count(TaskPhase.HANDED_OVER),
                    undecodableCount,
                    tasks.stream().map(task -> task.task().enqueuedAt()).min(Comparator.<Instant>naturalOrder()));
        }

        private long count(TaskPhase phase) {
            return tasks.stream().filter(task -> task.phase() == phase).count();
        }
    }

    /** Decodes the records of live tasks, given in the order of the positions of their latest events. */
    Decoded<T> decode(List<LatestRecords> live) {
        QueueFold<T> fold = new QueueFold<>(queueName, 0);
        List<UndecodableTask> undecodable = new ArrayList<>();
        long undecodableCount = 0;
        for (LatestRecords records : live) {
            UndecodedRecord latest = records.latest();
            try {
                ReplicationEvent<T> event = withPayload(decode(latest), records.payload());
                check.accept(event.payload());
                QueueFold.Step unused = fold.apply(event);
            } catch (UndecodableEventException | PayloadRefusedException e) {
                undecodableCount++;
                if (undecodable.size() < MOST_DESCRIBED) {
                    undecodable.add(new UndecodableTask(
                            latest.task(), latest.position(), latest.offset(), String.valueOf(e.getMessage())));
                }
            }
        }
        FoldedQueue<T> state = fold.state();
        List<FoldedTask<T>> tasks = Stream.of(
                        TaskPhase.PENDING, TaskPhase.HANDED_OVER, TaskPhase.DELAYED, TaskPhase.LEASED)
                .flatMap(phase -> state.in(phase).stream())
                .toList();
        return new Decoded<>(tasks, undecodable, undecodableCount);
    }

    private ReplicationEvent<T> decode(UndecodedRecord record) {
        ReplicationEvent<T> event = codec.decode(record.value());
        requireAsInHeaders(event, record);
        return event;
    }

    private ReplicationEvent<T> withPayload(ReplicationEvent<T> latest, @Nullable UndecodedRecord record) {
        if (latest.hasPayload()) {
            return latest;
        }
        Optional<T> payload = Optional.ofNullable(record)
                .map(this::decode)
                .filter(ReplicationEvent::hasPayload)
                .map(ReplicationEvent::payload);
        TaskEvent<T> change = latest.change().orElseThrow();
        if (payload.isEmpty()) {
            throw new UndecodableEventException(
                    "The source published " + latest + " without its payload, which an earlier event of the"
                            + " task has, but the partition does not hold that event any more. Enqueue the task again from where it came,"
                            + " and raise the retention of the topic.");
        }
        return ReplicationEvent.of(queueName, latest.metadata(), change.withPayload(payload.get()));
    }

    private static void requireAsInHeaders(ReplicationEvent<?> event, UndecodedRecord record) {
        boolean same = event.position().equals(record.position())
                && event.change()
                        .filter(change -> change.task().id().equals(record.task()))
                        .isPresent();
        if (!same) {
            throw new UndecodableEventException("The headers of this record state event " + record.position()
                    + " of task " + record.task() + ", but its value is " + event + ".");
        }
    }
}
