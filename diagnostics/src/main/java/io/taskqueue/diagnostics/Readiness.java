package io.taskqueue.diagnostics;

import io.javalin.http.Context;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The answer of {@code /health/ready}. */
final class Readiness {

    private static final Logger LOG = LoggerFactory.getLogger(DiagnosticsServer.class);

    private final Map<String, HealthCheck> checks;
    private final Access access;

    Readiness(Map<String, HealthCheck> checks, Access access) {
        this.checks = new LinkedHashMap<>(checks);
        this.access = access;
    }

    void answer(Context context) {
        List<Map<String, String>> failing = new ArrayList<>();
        checks.forEach((name, check) ->
                failure(name, check).ifPresent(reason -> failing.add(Map.of("check", name, "reason", reason))));
        if (failing.isEmpty()) {
            Answers.json(context, 200, Map.of("status", "ready"));
        } else if (access.granted(context)) {
            Answers.json(context, 503, Map.of("status", "not ready", "failing", failing));
        } else {
            Answers.json(context, 503, Map.of("status", "not ready"));
        }
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
