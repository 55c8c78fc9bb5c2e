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

/** The answer of {@code /health/ready}. */
final class Readiness {

    private static final Logger LOG = LoggerFactory.getLogger(DiagnosticsServer.class);

    private final Map<String, HealthCheck> checks;
    private final Map<String, Supplier<Optional<String>>> notes;
    private final Access access;

    Readiness(Map<String, HealthCheck> checks, Map<String, Supplier<Optional<String>>> notes, Access access) {
        this.checks = new LinkedHashMap<>(checks);
        this.notes = new LinkedHashMap<>(notes);
        this.access = access;
    }

    void answer(Context context) {
        List<Map<String, String>> failing = new ArrayList<>();
        checks.forEach((name, check) ->
                failure(name, check).ifPresent(reason -> failing.add(Map.of("check", name, "reason", reason))));
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("status", failing.isEmpty() ? "ready" : "not ready");
        if (access.granted(context)) {
            if (!failing.isEmpty()) {
                answer.put("failing", failing);
            }
            Map<String, String> told = told();
            if (!told.isEmpty()) {
                answer.put("notes", told);
            }
        }
        Answers.json(context, failing.isEmpty() ? 200 : 503, answer);
    }

    private Map<String, String> told() {
        Map<String, String> told = new LinkedHashMap<>();
        notes.forEach((name, note) -> note.get().ifPresent(text -> told.put(name, text)));
        return told;
    }

    private static Optional<String> failure(String name, HealthCheck check) {
        try {
            return check.failure();
        } catch (Exception e) {
            LOG.debug("The readiness check {} failed with an exception.", name, e);
            return Optional.of(String.valueOf(e.getMessage() == null ? e : e.getMessage()));
        }
    }
}
