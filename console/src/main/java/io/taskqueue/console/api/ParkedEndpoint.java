package io.taskqueue.console.api;

import io.javalin.http.Context;
import io.taskqueue.console.model.Page;
import io.taskqueue.console.model.ParkedQuery;
import io.taskqueue.console.model.ParkedView;
import io.taskqueue.console.model.SinkIndex;
import io.taskqueue.http.JsonRequests;
import io.taskqueue.http.JsonResponses;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves {@code /api/v1/parked} and {@code /api/v1/parked/export}. */
final class ParkedEndpoint {

    private static final Logger LOG = LoggerFactory.getLogger(ParkedEndpoint.class);

    private final SinkIndex sinks;
    private final ConsoleSettings settings;

    ParkedEndpoint(SinkIndex sinks, ConsoleSettings settings) {
        this.sinks = sinks;
        this.settings = settings;
    }

    void list(Context context) {
        QueryParameters parameters =
                QueryParameters.of(context, "sink", "queue", "task", "text", "state", "limit", "after");
        ParkedQuery query = query(parameters, parameters.limit(), parameters.after());
        Answers.data(context, sinks.progress(), sinks.parked(query, settings.showPayloads()));
    }

    /** Writes part after part, so that not all of them are in memory. */
    void export(Context context) throws IOException {
        QueryParameters parameters = QueryParameters.of(context, "sink", "queue", "task", "text", "state");
        Page<ParkedView> part =
                sinks.parked(query(parameters, QueryParameters.MAX_LIMIT, null), settings.showPayloads());
        context.contentType("application/x-ndjson");
        context.header("Content-Disposition", "attachment; filename=\"parked.ndjson\"");
        OutputStream body = new BufferedOutputStream(context.res().getOutputStream());
        while (true) {
            for (ParkedView task : part.items()) {
                body.write(ConsoleJson.bytes(task));
                body.write('\n');
            }
            if (part.next() == null) {
                break;
            }
            part = sinks.parked(query(parameters, QueryParameters.MAX_LIMIT, part.next()), settings.showPayloads());
        }
        body.flush();
    }

    void decide(Context context) throws InterruptedException, TimeoutException {
        if (!settings.allowWrites()) {
            JsonResponses.error(
                    context,
                    403,
                    "This console is read-only, because it was started without --allow-writes. Start it with that option, or use "
                            + "`taskqueue parked`.");
            return;
        }
        if (!JsonRequests.accepted(context)) {
            return;
        }
        QueryParameters.of(context);
        ParkedRequest request = ParkedRequest.parse(context.body());
        var outcome = sinks.decide(request.query(), request.decision());
        if (outcome.executed()) {
            LOG.info(
                    "{} of {} events of {} tasks of sink {} was ordered by '{}' from {}.",
                    request.decision().action(),
                    outcome.events(),
                    outcome.tasks().size(),
                    request.query().sink(),
                    request.decision().by(),
                    context.req().getRemoteAddr());
        }
        Answers.data(context, sinks.progress(), outcome);
    }

    private static ParkedQuery query(QueryParameters parameters, int limit, @Nullable String after) {
        return new ParkedQuery(
                parameters.required("sink"),
                parameters.optional("queue"),
                parameters.optional("task"),
                parameters.text("text"),
                parameters.choice("state", Set.copyOf(ParkedQuery.STATES)),
                limit,
                after);
    }
}
