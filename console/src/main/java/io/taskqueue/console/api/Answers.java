package io.taskqueue.console.api;

import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.taskqueue.console.model.ViewProgress;
import io.taskqueue.http.JsonResponses;
import java.time.Instant;
import java.util.NoSuchElementException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes answers with what every one of them has, and turns failures into errors with their status. */
final class Answers {

    private static final Logger LOG = LoggerFactory.getLogger(Answers.class);

    private Answers() {}

    /** What every answer has. */
    private record Answer(@Nullable Instant asOf, long behind, Object data) {}

    static void data(Context context, ViewProgress progress, Object data) {
        context.contentType("application/json")
                .result(ConsoleJson.bytes(new Answer(progress.asOf(), progress.behind(), data)));
    }

    /** Runs the handler; what a request asks wrongly, or for in vain, is an error of the request. */
    static Handler reporting(Handler handler) {
        return context -> {
            try {
                handler.handle(context);
            } catch (IllegalArgumentException e) {
                JsonResponses.error(context, 400, String.valueOf(e.getMessage()));
            } catch (NoSuchElementException e) {
                JsonResponses.error(context, 404, String.valueOf(e.getMessage()));
            } catch (IllegalStateException e) {
                LOG.warn("{} {} failed.", context.method(), context.path(), e);
                context.header("Retry-After", "5");
                JsonResponses.error(context, 503, String.valueOf(e.getMessage()));
            } catch (TimeoutException e) {
                LOG.warn("{} {} was not answered in time.", context.method(), context.path(), e);
                context.header("Retry-After", "5");
                JsonResponses.error(
                        context,
                        503,
                        "Kafka did not answer in time: " + e.getMessage()
                                + ". Check that the brokers can be reached, and request again.");
            }
        };
    }
}
