package io.taskqueue.http;

import io.javalin.http.Context;
import io.taskqueue.serde.BoundedJson;
import java.util.Map;

/** Writes responses with a JSON body. */
public final class JsonResponses {

    private JsonResponses() {}

    public static void json(Context context, int status, Map<String, ?> body) {
        context.status(status).contentType("application/json").result(BoundedJson.text(body));
    }

    public static void error(Context context, int status, String message) {
        json(context, status, Map.of("error", message));
    }
}
