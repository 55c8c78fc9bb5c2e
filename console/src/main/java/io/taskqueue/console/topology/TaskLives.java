package io.taskqueue.console.topology;

import io.taskqueue.console.fold.EventViews;
import io.taskqueue.console.fold.IndexedTask;
import io.taskqueue.console.fold.PartitionFold;
import io.taskqueue.console.model.EventView;
import io.taskqueue.console.model.TaskLife;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.event.TaskId;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.serde.ReplicationEventCodec;
import io.taskqueue.serde.UndecodableEventException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the events of a task from the event topic, by the offsets that the index has. Thread-safe. */
final class TaskLives {

    private static final Logger LOG = LoggerFactory.getLogger(TaskLives.class);

    private final Duration timeout;
    private final AssignedFolds assigned;
    private final EventReader reader;
    private final ReplicationEventCodec<String> codec = new ReplicationEventCodec<>(PayloadCodec.jsonText());

    /** @param timeout how long reading the events of one task may take */
    TaskLives(AssignedFolds assigned, EventReader reader, Duration timeout) {
        this.timeout = timeout;
        this.assigned = assigned;
        this.reader = reader;
    }

    /** Empty if the index does not know the task. A task that was restored into another queue has events of both. */
    Optional<TaskLife> read(TaskId id, boolean showPayload) throws InterruptedException, TimeoutException {
        EventReader.Limit limit = reader.within(timeout);
        List<IndexedTask> known = new ArrayList<>();
        List<List<EventView>> lives = new ArrayList<>();
        long events = 0;
        for (PartitionFold fold : assigned.all()) {
            for (IndexedTask task : fold.find(id)) {
                known.add(task);
                events += task.events().events();
                lives.add(events(task, fold.partition(), limit, showPayload));
            }
        }
        if (known.isEmpty()) {
            return Optional.empty();
        }
        IndexedTask newest = known.stream()
                .max(Comparator.comparing((IndexedTask task) -> task.view().changedAt()))
                .orElseThrow();
        List<EventView> merged = merge(lives);
        return Optional.of(new TaskLife(newest.view(), merged, events - merged.size()));
    }

    private List<EventView> events(IndexedTask task, int partition, EventReader.Limit limit, boolean showPayload)
            throws InterruptedException, TimeoutException {
        List<EventView> events = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record :
                reader.read(partition, task.events().kept(), limit)) {
            try {
                ReplicationEvent<String> event = codec.decode(record.value() == null ? new byte[0] : record.value());
                if (isOf(task, event)) {
                    String payload = showPayload && event.hasPayload() ? event.payload() : null;
                    events.add(EventViews.of(event, partition, record.offset(), payload));
                }
            } catch (UndecodableEventException e) {
                LOG.debug("Another record is at offset {} now; the event counts as missing", record.offset(), e);
            }
        }
        return events;
    }

    private static boolean isOf(IndexedTask task, ReplicationEvent<String> event) {
        return event.queueName().equals(task.queueName())
                && event.change()
                        .map(TaskEvent::task)
                        .map(Task::id)
                        .filter(task.id()::equals)
                        .isPresent();
    }

    /** By time; the events of one queue stay in their order. */
    private static List<EventView> merge(List<List<EventView>> lives) {
        List<EventView> merged = new ArrayList<>();
        List<List<EventView>> left = new ArrayList<>(lives);
        while (true) {
            left.removeIf(List::isEmpty);
            if (left.isEmpty()) {
                return merged;
            }
            List<EventView> first = left.stream()
                    .min(Comparator.comparing(events -> events.get(0).occurredAt()))
                    .orElseThrow();
            merged.add(first.get(0));
            left.set(left.indexOf(first), first.subList(1, first.size()));
        }
    }
}
