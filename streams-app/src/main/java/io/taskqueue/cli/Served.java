package io.taskqueue.cli;

import io.taskqueue.diagnostics.DiagnosticsServer;
import org.jspecify.annotations.Nullable;

/** The diagnostics of a command while it runs; null where they were not asked for. */
record Served(@Nullable DiagnosticsServer server, String host) implements AutoCloseable {

    /** Says where the diagnostics are. */
    void announce(Output output) {
        if (server != null) {
            output.say("Diagnostics: http://" + host + ":" + server.port()
                    + "/diagnostics/taskqueue, /metrics, /health/ready");
        }
    }

    @Override
    public void close() {
        if (server != null) {
            server.close();
        }
    }
}
