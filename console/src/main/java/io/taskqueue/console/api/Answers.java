package io.taskqueue.console.api;

import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.taskqueue.console.model.UnknownAnswerException;
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

    /** Runs the handler; a request that is invalid, or names something that does not exist, is answered with its error. */
    static Handler reporting(Handler handler) {
        return context -> {
            try {
                handler.handle(context);
            } catch (IllegalArgumentException e) {
                JsonResponses.error(context, 400, String.valueOf(e.getMessage()));
            } catch (NoSuchElementException e) {
                JsonResponses.error(context, 404, String.valueOf(e.getMessage()));
            } catch (UnknownAnswerException e) { // at each request for as long as it is so: it would fill the log
                LOG.debug("{} {} has no answer now.", context.method(), context.path(), e);
                unavailable(context, String.valueOf(e.getMessage()));
            } catch (IllegalStateException e) {
                LOG.warn("{} {} failed.", context.method(), context.path(), e);
                unavailable(context, String.valueOf(e.getMessage()));
            } catch (TimeoutException e) {
                LOG.warn("{} {} was not answered in time.", context.method(), context.path(), e);
                unavailable(
                        context,
                        "Kafka did not answer in time: " + e.getMessage()
                                + ". Check that the brokers can be reached, and request again.");
            }
        };
    }

    private static void unavailable(Context context, String message) {
        context.header("Retry-After", "5");
        JsonResponses.error(context, 503, message);
    }
}
