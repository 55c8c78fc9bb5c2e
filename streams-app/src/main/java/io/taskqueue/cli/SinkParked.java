package io.taskqueue.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.taskqueue.diagnostics.ParkedFeed;
import io.taskqueue.streams.ParkedEvents;
import io.taskqueue.streams.ParkedTask;
import io.taskqueue.streams.QueueStatus;
import io.taskqueue.streams.SinkStatus;
import java.util.List;
import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/** What a sink has parked, over HTTP: of all its instances, whichever is asked. */
final class SinkParked implements ParkedFeed {

    /** More tasks are counted only. */
    private static final int MAX_TASKS = 1_000;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final ParkedEvents parked;
    private final String sink;

    SinkParked(ParkedEvents parked, String sink) {
        this.parked = parked;
        this.sink = sink;
    }

    /** What readiness tells of parked events; it does not fail for them. */
    static Optional<String> note(SinkStatus status, @Nullable Object servers) {
        long events =
                status.queues().stream().mapToLong(QueueStatus::parkedEvents).sum();
        long tasks =
                status.queues().stream().mapToLong(QueueStatus::parkedTasks).sum();
        return events == 0
                ? Optional.empty()
                : Optional.of(String.format(
                        Locale.ROOT,
                        "%,d events of %,d tasks are parked here and wait for a person: taskqueue parked list "
                                + "--bootstrap-server %s --name %s",
                        events,
                        tasks,
                        servers,
                        status.sink()));
    }

    @Override
    public String parked(@Nullable String queue, @Nullable String task, boolean payloads) {
        List<ParkedTask> tasks = tasks(queue, task);
        ObjectNode json = JSON.createObjectNode().put("sink", sink).put("parkedTasks", tasks.size());
        json.put(
                "parkedEvents",
                tasks.stream().mapToLong(each -> each.events().size()).sum());
        ArrayNode shown = json.putArray("tasks");
        tasks.stream().limit(MAX_TASKS).forEach(each -> shown.add(ParkedJson.task(each, payloads)));
        return json.toString();
    }

    @Override
    public String decide(Decision decision) throws InterruptedException {
        List<ParkedTask> tasks = tasks(decision.queue(), decision.task());
        if (tasks.isEmpty()) {
            throw new NoSuchElementException("Task " + decision.task() + " is not parked at sink " + sink
                    + ": it never was, it went on, or it was discarded. GET /api/parked shows what is.");
        }
        if (tasks.size() > 1) {
            throw new IllegalArgumentException("Task " + decision.task() + " is parked in " + tasks.size()
                    + " queues. Name it as it is listed, with its queue.");
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
        ObjectNode json = JSON.createObjectNode()
                .put("sent", decision.action().name().toLowerCase(Locale.ROOT))
                .put("sink", sink);
        json.set("task", ParkedJson.line(task));
        return json.toString();
    }

    private List<ParkedTask> tasks(@Nullable String queue, @Nullable String task) {
        TaskChoice choice = choice(task);
        try {
            return ParkedTask.of(parked.read()).stream()
                    .filter(each ->
                            queue == null || queue.equals(each.first().event().queueName()))
                    .filter(each -> choice.matches(each.task()))
                    .toList();
        } catch (KafkaException e) {
            throw unanswered(e);
        }
    }

    private static TaskChoice choice(@Nullable String task) {
        try {
            return TaskChoice.parse(task);
        } catch (CommandFailure e) {
            throw new IllegalArgumentException(
                    "Task " + task + " means none. Name it as it is listed, as in orders/7/42.", e);
        }
    }

    private static IllegalStateException unanswered(KafkaException cause) {
        return new IllegalStateException("Kafka did not answer: " + cause.getMessage() + ". Try again.", cause);
    }
}
