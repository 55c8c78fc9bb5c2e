package io.taskqueue.http;

import io.javalin.http.Context;
import java.util.Locale;
import java.util.Objects;

/** Which bodies of requests are accepted. */
public final class JsonRequests {

    private JsonRequests() {}

    /**
     * Whether the body is said to be JSON; if not, responds with 415. A web page can send a form to any server, but JSON only to a server
     * that allows it.
     */
    public static boolean accepted(Context context) {
        String type = Objects.requireNonNullElse(context.contentType(), "").toLowerCase(Locale.ROOT);
        boolean json = type.matches("application/json\\s*(;.*)?");
        if (!json) {
            JsonResponses.error(
                    context,
                    415,
                    "A decision must be JSON, but the Content-Type of the request is "
                            + (type.isEmpty() ? "missing" : "a different one")
                            + ". Send it with Content-Type: application/json.");
        }
        return json;
    }
}
