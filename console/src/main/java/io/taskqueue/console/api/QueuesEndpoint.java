package io.taskqueue.console.api;

import io.javalin.http.Context;
import io.taskqueue.console.model.Badge;
import io.taskqueue.console.model.QueueIndex;
import io.taskqueue.console.model.TaskQuery;
import java.util.NoSuchElementException;
import java.util.Objects;

/** Serves {@code /api/v1/queues}, {@code /api/v1/queue} and {@code /api/v1/queue/history}. */
final class QueuesEndpoint {

    private final QueueIndex queues;
    private final QueueOverview overview;

    QueuesEndpoint(QueueIndex queues, QueueOverview overview) {
        this.queues = queues;
        this.overview = overview;
    }

    void list(Context context) {
        QueryParameters parameters = QueryParameters.of(context, "text", "badge", "sort", "order", "limit", "after");
        QueueOverview.Query query = new QueueOverview.Query(
                parameters.text("text"),
                parameters.choice("badge", Badge.Kind.class).orElse(null),
                Objects.requireNonNullElse(parameters.choice("sort", QueueOverview.SORTS), "name"),
                parameters.descending(),
                parameters.offset(),
                parameters.limit());
        Answers.data(context, queues.progress(), overview.list(query));
    }

    void one(Context context) {
        QueryParameters parameters = QueryParameters.of(context, "name", "phase", "failed", "text", "limit", "after");
        TaskQuery query = TasksEndpoint.query(parameters, "name");
        Answers.data(context, queues.progress(), overview.detail(query).orElseThrow(() -> unknown(query.queueName())));
    }

    void history(Context context) {
        String name = QueryParameters.of(context, "name").required("name");
        if (queues.queue(name).isEmpty()) {
            throw unknown(name);
        }
        Answers.data(context, queues.progress(), queues.history(name));
    }

    private NoSuchElementException unknown(String name) {
        return new NoSuchElementException("The console knows no queue '" + name + "'. "
                + Objects.requireNonNullElse(notCurrent(), "Check the name: see /api/v1/queues."));
    }

    private @org.jspecify.annotations.Nullable String notCurrent() {
        return queues.progress().behind() == 0
                ? null
                : "It is " + queues.progress().behind() + " records behind: request again later.";
    }
}
