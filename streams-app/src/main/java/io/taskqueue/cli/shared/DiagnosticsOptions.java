package io.taskqueue.cli.shared;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.taskqueue.diagnostics.DiagnosticsServer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Whether and where a command serves diagnostics over HTTP, and the meters of its process. */
public final class DiagnosticsOptions {

    @Option(
            names = "--port",
            paramLabel = "N",
            converter = OptionValue.Port.class,
            description =
                    "Serve diagnostics over HTTP on this port: health, metrics, the stream of events and, for a sink, its "
                            + "parked tasks. 0 selects a free port. Default: diagnostics are not served.")
    private @Nullable Integer port;

    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            defaultValue = "127.0.0.1",
            description =
                    "The address to listen on. An address that is not a loopback address requires TASKQUEUE_TOKEN. "
                            + "Default: ${DEFAULT-VALUE}.")
    private String host = "127.0.0.1";

    @Option(
            names = "--token",
            paramLabel = "TOKEN",
            defaultValue = "${env:TASKQUEUE_TOKEN}",
            converter = OptionValue.TextOrNone.class,
            description =
                    "The token that requests must carry as Authorization: Bearer TOKEN. Prefer the environment variable "
                            + "TASKQUEUE_TOKEN, which is not visible in process lists.")
    private @Nullable String token;

    @Option(
            names = "--show-payloads",
            description = "Include the tasks' payloads in the stream of events and in parked tasks.")
    private boolean showPayloads;

    /** A Prometheus registry with the meters of the JVM. */
    public static MeterRegistry newMeterRegistry() {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        return registry;
    }

    /**
     * Starts the server; without {@code --port} it does nothing and returns null.
     *
     * @param content configures what the server shows
     * @throws CommandFailedException if the options are invalid or the port cannot be bound
     */
    public @Nullable DiagnosticsServer serve(MeterRegistry meters, Consumer<DiagnosticsServer.Builder> content) {
        if (port == null) {
            return null;
        }
        DiagnosticsServer.Builder builder = DiagnosticsServer.builder()
                .host(host)
                .port(port)
                .showPayloads(showPayloads)
                .registry(meters);
        content.accept(builder);
        if (token != null && !token.isEmpty()) {
            builder.token(token);
        }
        return start(builder);
    }

    /** @throws CommandFailedException if the settings are invalid or the port cannot be bound */
    public static DiagnosticsServer start(DiagnosticsServer.Builder builder) {
        try {
            return builder.start();
        } catch (IllegalArgumentException e) {
            throw new CommandFailedException(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
        } catch (IllegalStateException e) {
            throw new CommandFailedException(ExitCode.FAILED, String.valueOf(e.getMessage()), e);
        }
    }

    /** Prints the URLs of the server, if there is one. */
    public void printUrls(@Nullable DiagnosticsServer server, Output output) {
        if (server != null) {
            output.progress("Diagnostics: " + urls(host, server));
        }
    }

    /** The URL of the stream of events, and the paths of metrics and readiness on the same server. */
    public static String urls(String host, DiagnosticsServer server) {
        return "http://" + host + ":" + server.port() + "/diagnostics/taskqueue, /metrics, /health/ready";
    }
}
