package io.taskqueue.spring;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Stops something on a thread of its own, so that {@code spring.lifecycle.timeout-per-shutdown-phase} limits how long the shutdown waits. */
final class Stopping {

    private static final Logger LOG = LoggerFactory.getLogger(Stopping.class);

    private Stopping() {}

    /** @param stopped called at the end, also if the action fails */
    static void onThread(String name, Runnable action, Runnable stopped) {
        Thread thread = new Thread(
                () -> {
                    try {
                        action.run();
                    } catch (RuntimeException e) {
                        LOG.error("{} failed: {}", name, e, e);
                    } finally {
                        stopped.run();
                    }
                },
                name);
        thread.setDaemon(true);
        thread.start();
    }
}
