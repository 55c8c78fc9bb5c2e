package io.taskqueue.http;

import io.javalin.http.Context;
import io.taskqueue.event.TaskError;
import io.taskqueue.queue.CallbackFailures;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;

/** Serves {@code /health/ready} or {@code /health/live}: the checks that fail, and notes. */
public final class HealthEndpoint {

    private final CallbackFailures failures;
    private final String condition;
    private final Map<String, Callable<Optional<String>>> checks;
    private final Map<String, Callable<Optional<String>>> notes;
    private final AccessControl access;

    /**
     * @param condition what the checks decide about: ready or live
     * @param checks each returns why it fails, or empty
     * @param notes each returns what it has to say, or empty
     */
    public HealthEndpoint(
            String condition,
            Map<String, Callable<Optional<String>>> checks,
            Map<String, Callable<Optional<String>>> notes,
            AccessControl access) {
        this.condition = condition;
        this.failures =
                new CallbackFailures("A check or note of /health/" + condition, "its message is shown as the reason");
        this.checks = new LinkedHashMap<>(checks);
        this.notes = new LinkedHashMap<>(notes);
        this.access = access;
    }

    public void serve(Context context) {
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
        notes.forEach((name, note) -> answer(name, note).ifPresent(text -> present.put(name, text)));
        return present;
    }

    /** What a check or a note answers; if it throws, the reason. */
    private Optional<String> answer(String name, Callable<Optional<String>> check) {
        try {
            return Objects.requireNonNull(check.call(), "it returned null instead of an Optional");
        } catch (Throwable e) { // the application's code may throw anything
            failures.add(name, e);
            return Optional.of(TaskError.of(e).message());
        }
    }
}
