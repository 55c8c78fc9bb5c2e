package io.taskqueue.diagnostics;

import java.util.Optional;

/**
 * A condition that must hold for the process to be ready, or live. Called for every request for {@code /health/ready} or {@code
 * /health/live}, by any thread and
 * possibly by several at the same time; returns without blocking, from what is known, and sends no request.
 */
@FunctionalInterface
public interface HealthCheck {

    /**
     * Why the condition does not hold, as text for operators; empty if the condition holds.
     *
     * @throws Exception counts as a failure, as an {@link Error} does; its message is the reason
     */
    Optional<String> failure() throws Exception;
}
