package io.taskqueue.diagnostics;

import io.javalin.http.Context;
import io.taskqueue.event.TaskError;
import io.taskqueue.http.AccessControl;
import io.taskqueue.http.JsonResponses;
import io.taskqueue.queue.CallbackFailures;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/** Serves {@code /health/ready} or {@code /health/live}: the checks that fail, and notes. */
final class HealthEndpoint {

    private final CallbackFailures failures;
    private final String condition;
    private final Map<String, HealthCheck> checks;
    private final Map<String, Supplier<Optional<String>>> notes;
    private final AccessControl access;

    /** @param condition what the checks decide about */
    HealthEndpoint(
            String condition,
            Map<String, HealthCheck> checks,
            Map<String, Supplier<Optional<String>>> notes,
            AccessControl access) {
        this.condition = condition;
        this.failures =
                new CallbackFailures("A check or note of /health/" + condition, "its message is shown as the reason");
        this.checks = new LinkedHashMap<>(checks);
        this.notes = new LinkedHashMap<>(notes);
        this.access = access;
    }

    void serve(Context context) {
        List<Map<String, String>> failing = new ArrayList<>();
        checks.forEach((name, check) ->
                answer(name, check).ifPresent(reason -> failing.add(Map.of("check", name, "reason", reason))));
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("status", failing.isEmpty() ? condition : "not " + condition);
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
        notes.forEach((name, note) -> answer(name, note::get).ifPresent(text -> present.put(name, text)));
        return present;
    }

    /** What a check or a note answers; if it throws, the reason. */
    private Optional<String> answer(String name, HealthCheck check) {
        try {
            return Objects.requireNonNull(check.failure(), "it returned null instead of an Optional");
        } catch (Throwable e) { // the application's code may throw anything
            failures.add(name, e);
            return Optional.of(TaskError.of(e).message());
        }
    }
}
