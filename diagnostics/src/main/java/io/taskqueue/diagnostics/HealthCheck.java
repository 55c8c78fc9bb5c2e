package io.taskqueue.diagnostics;

import java.util.Optional;

/**
 * One thing that must be in order before a process is ready. Called on every request for {@code /health/ready}, from any
 * thread and possibly by several at once; answers at once from what is known and does not ask the network.
 */
@FunctionalInterface
public interface HealthCheck {

    /**
     * Why the process is not ready, as a person reads it, or empty when all is in order.
     *
     * @throws Exception counts as a failure; its message is the reason
     */
    Optional<String> failure() throws Exception;
}
