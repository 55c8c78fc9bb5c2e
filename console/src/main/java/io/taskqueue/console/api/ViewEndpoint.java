package io.taskqueue.console.api;

import io.javalin.http.Context;
import io.taskqueue.console.model.QueueIndex;
import io.taskqueue.console.model.SinkIndex;
import io.taskqueue.console.model.ViewProgress;

/** Serves {@code /api/v1/view}: how current the console is, and its settings. */
final class ViewEndpoint {

    private final QueueIndex queues;
    private final SinkIndex sinks;
    private final ConsoleSettings settings;

    ViewEndpoint(QueueIndex queues, SinkIndex sinks, ConsoleSettings settings) {
        this.queues = queues;
        this.sinks = sinks;
        this.settings = settings;
    }

    /** The answer. */
    private record View(ViewProgress queues, ViewProgress sinks, ConsoleSettings settings) {}

    void view(Context context) {
        QueryParameters.of(context);
        ViewProgress progress = queues.progress();
        Answers.data(context, progress, new View(progress, sinks.progress(), settings));
    }
}
