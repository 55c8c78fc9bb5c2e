package io.taskqueue.console.api;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.javalin.http.Context;
import io.taskqueue.console.model.QueueIndex;
import io.taskqueue.console.model.SinkIndex;
import io.taskqueue.console.model.TaskAtSinks;
import io.taskqueue.console.model.TaskLife;
import io.taskqueue.console.model.TaskQuery;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.TimeoutException;

/** Serves {@code /api/v1/tasks} and {@code /api/v1/task}. */
final class TasksEndpoint {

    private static final Set<String> PHASES =
            Set.of("pending", "delayed", "leased", "dead", "drained", "handed-over", "completed");

    private static final int MOST_FAILED = 1_000_000;

    private final QueueIndex queues;
    private final SinkIndex sinks;
    private final boolean showPayloads;

    TasksEndpoint(QueueIndex queues, SinkIndex sinks, boolean showPayloads) {
        this.queues = queues;
        this.sinks = sinks;
        this.showPayloads = showPayloads;
    }

    private record TaskDetail(TaskLife life, @JsonUnwrapped TaskAtSinks sinks) {}

    void list(Context context) {
        QueryParameters parameters = QueryParameters.of(context, "queue", "phase", "failed", "text", "limit", "after");
        Answers.data(context, queues.progress(), queues.tasks(query(parameters, "queue")));
    }

    /** Which tasks are asked for. */
    static TaskQuery query(QueryParameters parameters, String queue) {
        return new TaskQuery(
                parameters.required(queue),
                parameters.choice("phase", PHASES),
                parameters.count("failed", MOST_FAILED),
                parameters.text("text"),
                parameters.limit(),
                parameters.after());
    }

    void one(Context context) throws InterruptedException, TimeoutException {
        String id = QueryParameters.of(context, "id").required("id");
        TaskLife life = queues.life(id, showPayloads)
                .orElseThrow(
                        () -> new NoSuchElementException(
                                "The console knows no task '" + id
                                        + "': it keeps live tasks, and a bounded number of ended ones. A task is named QUEUE/EPOCH/SEQUENCE."));
        Answers.data(context, queues.progress(), new TaskDetail(life, sinks.atSinks(life, showPayloads)));
    }
}
