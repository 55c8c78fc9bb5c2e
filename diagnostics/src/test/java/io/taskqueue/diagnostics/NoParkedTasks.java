package io.taskqueue.diagnostics;

import org.jspecify.annotations.Nullable;

/** The operations of a sink without parked tasks. */
final class NoParkedTasks implements ParkedTaskOperations {

    @Override
    public String list(@Nullable String queue, @Nullable String task, boolean payloads) {
        return "[]";
    }

    @Override
    public String decide(Decision decision) {
        return "{}";
    }
}
