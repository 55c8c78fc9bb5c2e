package io.taskqueue.source.dead;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.TaskId;
import io.taskqueue.kafka.TopicReader;
import io.taskqueue.queue.DrainedTask;
import io.taskqueue.queue.PayloadRefusedException;
import io.taskqueue.serde.EventHeaders;
import io.taskqueue.serde.ReplicationEventCodec;
import io.taskqueue.serde.UndecodableEventException;
import io.taskqueue.source.dead.RetryOrder.OrderedTask;
import io.taskqueue.source.dead.RetryResult.Refused;
import io.taskqueue.source.dead.RetryResult.Restored;
import io.taskqueue.source.dead.RetryResult.TaskOutcome;
import io.taskqueue.source.registry.Claim;
import java.time.Clock;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Executes orders as the owner of the queue.
 *
 * <p>An order is executed once, whichever owner executes it and however often that begins: a task that has an event behind the offset up to which
 * the partition was read for the order is not restored again. Own events are confirmed before an order ends, so the next one
 * sees them.
 */
final class RetryExecution<T> {

    private static final int MAX_REASON_CHARS = 300;

    private final Claim owner;
    private final TopicPartition partition;
    private final ReplicationEventCodec<T> codec;
    private final RetryTarget<T> target;
    private final Clock clock;

    /** @param partition the queue's partition of the event topic */
    RetryExecution(
            Claim owner, TopicPartition partition, ReplicationEventCodec<T> codec, RetryTarget<T> target, Clock clock) {
        this.owner = owner;
        this.partition = partition;
        this.codec = codec;
        this.target = target;
        this.clock = clock;
    }

    /**
     * Executes an order, as far as that has not been done.
     *
     * @throws io.taskqueue.queue.QueueClosedException if the source ends first
     * @throws org.apache.kafka.common.KafkaException if Kafka does not answer; the order can be executed again
     */
    RetryResult execute(RetryOrder order, TopicReader reader) throws InterruptedException {
        Map<TaskId, TaskOutcome> outcomes = new LinkedHashMap<>();
        RetryOrder.ReadUpTo readUpTo = order.readUpTo();
        if (readUpTo.topic().equals(partition.topic()) && readUpTo.partition() == partition.partition()) {
            execute(order, reader, outcomes);
        } else {
            order.tasks()
                    .forEach(task -> refuse(
                            outcomes,
                            task.task(),
                            "Its event was read from partition " + readUpTo.topic() + "-" + readUpTo.partition()
                                    + ", but the queue is in partition " + partition
                                    + " now. List the dead tasks again."));
        }
        return new RetryResult(
                order.id(),
                order.queueName(),
                owner.sourcePeerId(),
                owner.epoch(),
                clock.instant(),
                List.copyOf(outcomes.values()));
    }

    private void execute(RetryOrder order, TopicReader reader, Map<TaskId, TaskOutcome> outcomes)
            throws InterruptedException {
        Map<TaskId, OrderedTask> left = order.tasks().stream()
                .collect(Collectors.toMap(
                        OrderedTask::task, Function.identity(), (first, second) -> first, LinkedHashMap::new));
        long logStart =
                Objects.requireNonNull(reader.beginnings(List.of(partition)).get(partition));
        LaterEvents later = new LaterEvents(order, left.keySet(), logStart);
        later.readOn(reader);
        later.addTo(outcomes);
        Map<Long, OrderedTask> byOffset = new HashMap<>();
        left.values().stream()
                .filter(task -> !outcomes.containsKey(task.task()))
                .filter(task -> task.offset() >= logStart && task.offset() < later.next)
                .forEach(task -> byOffset.put(task.offset(), task));
        RecordsAtOffsets.read(reader, partition, byOffset.keySet(), record -> {
            restore(Objects.requireNonNull(byOffset.get(record.offset())), record, outcomes);
            return true;
        });
        target.awaitReplicated();
        later.readOn(reader);
        later.addTo(outcomes);
        left.keySet().stream()
                .filter(task -> !outcomes.containsKey(task))
                .forEach(task -> refuse(outcomes, task, gone(Objects.requireNonNull(left.get(task)), logStart)));
    }

    private String gone(OrderedTask task, long logStart) {
        return task.offset() < logStart
                ? "The event that made it dead was at offset " + task.offset() + ", but partition " + partition
                        + " begins at offset " + logStart + ": retention has removed it. Enqueue the task again."
                : "There is no event at offset " + task.offset() + " of partition " + partition
                        + ". List the dead tasks again.";
    }

    private void restore(
            OrderedTask ordered, ConsumerRecord<byte[], byte[]> record, Map<TaskId, TaskOutcome> outcomes) {
        Optional<EventHeaders> headers = EventHeaders.read(record.headers())
                .filter(read -> read.queueName().equals(owner.queueName()))
                .filter(read -> read.kind().equals(Optional.of(EventKind.DEAD_LETTERED)))
                .filter(read -> read.task().equals(Optional.of(ordered.task())))
                .filter(read -> read.position().equals(ordered.position()));
        if (headers.isEmpty()) {
            refuse(
                    outcomes,
                    ordered.task(),
                    "The event at offset " + ordered.offset() + " of partition " + partition + " is not DeadLettered "
                            + ordered.position() + " of the task: the topic was recreated. List the dead tasks again.");
            return;
        }
        try {
            ReplicationEvent<T> event = codec.decode(record.value() == null ? new byte[0] : record.value());
            target.restore(new DrainedTask<>(
                    event.task().retried(),
                    event.error().orElse(null),
                    event.ownershipToken().orElse(null)));
        } catch (UndecodableEventException e) {
            refuse(
                    outcomes,
                    ordered.task(),
                    "Its event " + ordered.position() + " cannot be decoded by the queue's owner: " + e.getMessage());
        } catch (PayloadRefusedException | IllegalArgumentException e) {
            refuse(outcomes, ordered.task(), String.valueOf(e.getMessage()));
        }
    }

    private static void refuse(Map<TaskId, TaskOutcome> outcomes, TaskId task, String reason) {
        outcomes.put(
                task,
                new Refused(
                        task,
                        reason.length() <= MAX_REASON_CHARS
                                ? reason
                                : reason.substring(0, MAX_REASON_CHARS - 2) + " …"));
    }

    /** The first event of each task behind the offset at which it was known to be dead. */
    private final class LaterEvents {

        private final Set<TaskId> tasks;
        private final CurrentEvents current;
        private final Map<TaskId, EventHeaders> found = new HashMap<>();

        /** The offset up to which the partition has been read. */
        private long next;

        LaterEvents(RetryOrder order, Set<TaskId> tasks, long logStart) {
            this.tasks = tasks;
            this.current = new CurrentEvents(Optional.of(order.readUpTo().position()));
            this.next = Math.max(order.readUpTo().offset(), logStart);
        }

        /** Reads to the end that the partition has now. */
        void readOn(TopicReader reader) {
            long end = Objects.requireNonNull(reader.ends(List.of(partition)).get(partition));
            if (end <= next) {
                next = end; // below it, if the topic was recreated
                return;
            }
            reader.seek(Map.of(partition, next));
            reader.readTo(Map.of(partition, end), record -> {
                if (record.offset() >= next) {
                    EventHeaders.read(record.headers()).ifPresent(this::take);
                }
            });
            next = reader.position(partition);
        }

        private void take(EventHeaders event) {
            if (event.queueName().equals(owner.queueName()) && current.accepts(event.position())) {
                event.task().filter(tasks::contains).ifPresent(task -> found.putIfAbsent(task, event));
            }
        }

        void addTo(Map<TaskId, TaskOutcome> outcomes) {
            found.forEach((task, event) -> outcomes.putIfAbsent(task, outcome(task, event)));
        }

        private TaskOutcome outcome(TaskId task, EventHeaders event) {
            Position position = event.position();
            return event.kind().equals(Optional.of(EventKind.RESTORED))
                    ? new Restored(task, position)
                    : new Refused(
                            task,
                            "It is not dead any more: its next event is "
                                    + event.kind().map(EventKind::wireName).orElse("of an unknown kind") + " "
                                    + position + ".");
        }
    }
}
