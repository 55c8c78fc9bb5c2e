package io.taskqueue.diagnostics;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.taskqueue.event.Priority;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.queue.QueueCounts;
import io.taskqueue.queue.QueueSnapshot;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.BoundedJson;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.source.EventSubscription;
import io.taskqueue.source.ReplicationSource;
import io.taskqueue.source.SubscriptionOverflowException;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The feed of a dispatcher: the state of its queue, then each event as soon as Kafka has acknowledged it.
 *
 * <pre>
 *   {"queueName":"orders","sourceEventId":412,
 *    "counts":{"pending":3,"delayed":0,"leased":2,"enqueued":100, … "leasesExpired":1},
 *    "tasks":[{"taskSequenceId":98,"taskEpoch":17,"state":"leased","attempt":1, … }, … ],
 *    "tasksLeftOut":0}
 * </pre>
 *
 * <p>{@code sourceEventId} is the number of the last event that the snapshot contains; a later event of the stream with that number
 * or a lower one is already in it. A task leaves the snapshot when it is completed or drained. At most {@value #MAX_TASKS} tasks are
 * listed: leased ones first, then delayed, pending and dead ones; {@code tasksLeftOut} is the number of the others.
 *
 * <p>Thread-safe.
 */
public final class DispatcherEventFeed<T> implements EventFeed {

    /** The maximum number of tasks in a snapshot. */
    static final int MAX_TASKS = 1_000;

    private static final Logger LOG = LoggerFactory.getLogger(DispatcherEventFeed.class);
    private final TaskQueue<T> queue;
    private final Supplier<EventSubscription<T>> events;
    private final PayloadCodec<T> payloads;

    /** @param payloads encodes the payloads, if the server shows them */
    public DispatcherEventFeed(TaskQueue<T> queue, ReplicationSource<T> source, PayloadCodec<T> payloads) {
        this(queue, source::events, payloads);
    }

    DispatcherEventFeed(TaskQueue<T> queue, Supplier<EventSubscription<T>> events, PayloadCodec<T> payloads) {
        this.queue = Objects.requireNonNull(queue, "queue");
        this.events = events;
        this.payloads = Objects.requireNonNull(payloads, "payloads");
    }

    @Override
    public String snapshot() {
        QueueSnapshot<T> snapshot = queue.snapshot();
        ObjectNode json = BoundedJson.object();
        json.put("queueName", snapshot.name()).put("sourceEventId", snapshot.lastEvent());
        writeCounts(snapshot.counts(), json.putObject("counts"));
        List<QueueSnapshot.Entry<T>> tasks = snapshot.tasks();
        ArrayNode shown = json.putArray("tasks");
        tasks.stream().limit(MAX_TASKS).forEach(entry -> writeTask(snapshot.name(), entry, shown.addObject()));
        json.put("tasksLeftOut", tasks.size() - shown.size());
        return json.toString();
    }

    @Override
    public AutoCloseable subscribe(Consumer<DiagnosticsEvent> consumer) {
        EventSubscription<T> subscription = events.get();
        Thread reader = new Thread(() -> read(subscription, consumer), "taskqueue-diagnostics-feed");
        reader.setDaemon(true);
        reader.start();
        return subscription;
    }

    private void read(EventSubscription<T> subscription, Consumer<DiagnosticsEvent> consumer) {
        try {
            for (ReplicationEvent<T> event : subscription) {
                consumer.accept(DiagnosticsEvent.of(event, payloads));
            }
        } catch (SubscriptionOverflowException e) {
            consumer.accept(DiagnosticsEvent.lost(String.valueOf(e.getMessage())));
        } catch (IllegalStateException e) {
            LOG.info("The diagnostics stream of queue {} has ended: {}", queue.name(), e.getMessage());
        }
    }

    private static void writeCounts(QueueCounts counts, ObjectNode json) {
        QueueCounts.Totals totals = counts.totals();
        json.put("pending", counts.pending())
                .put("delayed", counts.delayed())
                .put("leased", counts.leased())
                .put("enqueued", totals.enqueued())
                .put("restored", totals.restored())
                .put("completed", totals.completed())
                .put("deadLettered", totals.deadLettered())
                .put("drained", totals.drained())
                .put("leasesExpired", totals.leasesExpired());
    }

    // the same field names as in the wire format
    private static <T> void writeTask(String queueName, QueueSnapshot.Entry<T> entry, ObjectNode json) {
        var task = entry.task();
        json.put("taskSequenceId", task.id().sequenceId())
                .put("taskEpoch", task.id().epoch());
        if (!task.id().queueName().equals(queueName)) {
            json.put("taskQueueName", task.id().queueName());
        }
        json.put("state", entry.state().name().toLowerCase(Locale.ROOT))
                .put("attempt", task.attempt())
                .put("enqueuedAt", task.enqueuedAt().toString());
        if (task.priority() != Priority.NORMAL) {
            json.put("priority", task.priority().wireName());
        }
        if (entry.leaseExpiration() != null) {
            json.put("leaseExpiration", entry.leaseExpiration().toString());
        }
    }
}
