package io.taskqueue.cli.parked;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.taskqueue.cli.tasks.TaskSelector;
import io.taskqueue.diagnostics.ParkedTaskOperations;
import io.taskqueue.serde.BoundedJson;
import io.taskqueue.streams.admin.ParkedEvents;
import io.taskqueue.streams.parking.LocalParkedEvents;
import io.taskqueue.streams.parking.ParkedTask;
import io.taskqueue.streams.status.SinkStatus;
import java.util.List;
import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/** The parked tasks of a sink over HTTP: those of all its instances, whichever instance receives the request. */
public final class SinkParkedTasks implements ParkedTaskOperations {

    /** The number of tasks that a response contains; the counts include further ones. */
    private static final int MAX_TASKS = 1_000;

    private final ParkedEvents parked;
    private final Supplier<LocalParkedEvents> local;
    private final String sink;

    /**
     * @param local what is parked in the partitions of this process; only the others are read from Kafka
     * @param sink the name of the sink
     */
    public SinkParkedTasks(ParkedEvents parked, Supplier<LocalParkedEvents> local, String sink) {
        this.parked = parked;
        this.local = local;
        this.sink = sink;
    }

    /** The note of readiness about parked events of this instance; they do not make it fail. */
    public static Optional<String> note(SinkStatus status, @Nullable Object servers) {
        long events = status.queues().stream()
                .mapToLong(queue -> queue.parked().events())
                .sum();
        long tasks = status.queues().stream()
                .mapToLong(queue -> queue.parked().tasks())
                .sum();
        return events == 0
                ? Optional.empty()
                : Optional.of(String.format(
                        Locale.ROOT,
                        "%,d events of %,d tasks are parked here and need a decision by an operator: taskqueue parked list "
                                + "--bootstrap-server %s --name %s",
                        events,
                        tasks,
                        servers,
                        status.sink()));
    }

    @Override
    public String list(@Nullable String queue, @Nullable String task, boolean payloads) {
        List<ParkedTask> tasks = tasks(queue, task);
        ObjectNode json = BoundedJson.object().put("sink", sink).put("parkedTasks", tasks.size());
        json.put(
                "parkedEvents",
                tasks.stream().mapToLong(each -> each.events().size()).sum());
        ArrayNode shown = json.putArray("tasks");
        tasks.stream().limit(MAX_TASKS).forEach(each -> shown.add(ParkedJson.full(each, payloads)));
        return json.toString();
    }

    @Override
    public String decide(Decision decision) throws InterruptedException {
        List<ParkedTask> tasks = tasks(decision.queue(), decision.task());
        if (tasks.isEmpty()) {
            throw new NoSuchElementException("Task " + decision.task() + " is not parked at sink " + sink
                    + ": it was never parked, was redriven, or was discarded. GET /api/parked lists the parked tasks.");
        }
        if (tasks.size() > 1) {
            throw new IllegalArgumentException("Task " + decision.task() + " is parked in " + tasks.size()
                    + " queues. Send it as it is listed, with its queue.");
        }
        ParkedTask task = tasks.get(0);
        try {
            switch (decision.action()) {
                case REDRIVE -> parked.redrive(task, decision.by());
                case DISCARD -> parked.discard(task, decision.by(), decision.reason(), decision.following());
            }
        } catch (KafkaException e) {
            throw unanswered(e);
        }
        ObjectNode json = BoundedJson.object()
                .put("sent", decision.action().name().toLowerCase(Locale.ROOT))
                .put("sink", sink);
        json.set("task", ParkedJson.summary(task));
        return json.toString();
    }

    private List<ParkedTask> tasks(@Nullable String queue, @Nullable String task) {
        TaskSelector selector = new TaskSelector(task);
        try {
            return ParkedTask.of(parked.read(local.get())).stream()
                    .filter(each ->
                            queue == null || queue.equals(each.first().event().queueName()))
                    .filter(each -> selector.matches(each.task()))
                    .toList();
        } catch (KafkaException e) {
            throw unanswered(e);
        }
    }

    private static IllegalStateException unanswered(KafkaException cause) {
        return new IllegalStateException(
                "Kafka did not answer: " + cause.getMessage() + ". Send the request again later.", cause);
    }
}
