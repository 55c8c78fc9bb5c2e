package io.taskqueue.cli;

import io.micrometer.core.instrument.MeterRegistry;
import io.taskqueue.diagnostics.DiagnosticsFeed;
import io.taskqueue.diagnostics.DiagnosticsServer;
import io.taskqueue.diagnostics.HealthCheck;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Whether and where a command serves its diagnostics. */
final class DiagnosticsOptions {

    @Option(
            names = "--port",
            paramLabel = "N",
            description =
                    "Serve health, metrics, the stream of events, and of a sink what it has parked, over HTTP on this "
                            + "port; 0 takes any free one. "
                            + "Default: not served.")
    private @Nullable Integer port;

    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            defaultValue = "127.0.0.1",
            description = "The address to serve them on; any but a loopback one needs TASKQUEUE_TOKEN. "
                    + "Default: ${DEFAULT-VALUE}.")
    private String host = "127.0.0.1";

    @Option(
            names = "--token",
            paramLabel = "TOKEN",
            defaultValue = "${env:TASKQUEUE_TOKEN}",
            description =
                    "What callers must send as Authorization: Bearer TOKEN. Better set as the environment variable "
                            + "TASKQUEUE_TOKEN, which no process list shows.")
    private @Nullable String token;

    @Option(
            names = "--show-payloads",
            description = "Show the tasks' payloads, in the stream of events and of parked ones.")
    private boolean showPayloads;

    /**
     * Starts the server, where one was asked for.
     *
     * @param checks what must be in order before the process is ready, by name
     * @param more what else it shows
     */
    Served serve(
            MeterRegistry meters,
            DiagnosticsFeed feed,
            Map<String, HealthCheck> checks,
            Consumer<DiagnosticsServer.Builder> more) {
        if (port == null) {
            return new Served(null, host);
        }
        DiagnosticsServer.Builder builder = DiagnosticsServer.builder()
                .host(host)
                .port(port)
                .showPayloads(showPayloads)
                .registry(meters)
                .feed(feed);
        checks.forEach(builder::ready);
        more.accept(builder);
        if (token != null && !token.isEmpty()) {
            builder.token(token);
        }
        try {
            return new Served(builder.start(), host);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
        } catch (IllegalStateException e) {
            throw new CommandFailure(ExitCode.FAILED, String.valueOf(e.getMessage()), e);
        }
    }
}
