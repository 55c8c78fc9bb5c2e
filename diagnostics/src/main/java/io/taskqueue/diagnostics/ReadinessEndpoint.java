package io.taskqueue.diagnostics;

import io.javalin.http.Context;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves {@code /health/ready}: the checks that fail, and notes. */
final class ReadinessEndpoint {

    private static final Logger LOG = LoggerFactory.getLogger(ReadinessEndpoint.class);

    private final Map<String, HealthCheck> checks;
    private final Map<String, Supplier<Optional<String>>> notes;
    private final AccessControl access;

    ReadinessEndpoint(
            Map<String, HealthCheck> checks, Map<String, Supplier<Optional<String>>> notes, AccessControl access) {
        this.checks = new LinkedHashMap<>(checks);
        this.notes = new LinkedHashMap<>(notes);
        this.access = access;
    }

    void serve(Context context) {
        List<Map<String, String>> failing = new ArrayList<>();
        checks.forEach((name, check) ->
                failure(name, check).ifPresent(reason -> failing.add(Map.of("check", name, "reason", reason))));
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("status", failing.isEmpty() ? "ready" : "not ready");
        if (access.granted(context)) {
            if (!failing.isEmpty()) {
                body.put("failing", failing);
            }
            Map<String, String> present = presentNotes();
            if (!present.isEmpty()) {
                body.put("notes", present);
            }
        }
        JsonResponses.json(context, failing.isEmpty() ? 200 : 503, body);
    }

    private Map<String, String> presentNotes() {
        Map<String, String> present = new LinkedHashMap<>();
        notes.forEach((name, note) -> note.get().ifPresent(text -> present.put(name, text)));
        return present;
    }

    private static Optional<String> failure(String name, HealthCheck check) {
        try {
            return check.failure();
        } catch (Exception e) {
            LOG.debug("The readiness check {} threw an exception.", name, e);
            return Optional.of(String.valueOf(e.getMessage() == null ? e : e.getMessage()));
        }
    }
}
