package io.taskqueue.streams;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.taskqueue.event.EventKind;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.sinks.HttpSink;
import io.taskqueue.source.ReplicationSource;
import io.taskqueue.source.recovery.Recovery;
import io.taskqueue.tracing.OpenTelemetryTracing;
import io.taskqueue.tracing.Tracing;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A task is enqueued within a trace by an owner that is killed; all that others do for it is in that trace. */
class ATraceOutlivesItsProcessesTest {

    private final InMemorySpanExporter exporter = InMemorySpanExporter.create();
    private final OpenTelemetrySdk sdk = OpenTelemetrySdk.builder()
            .setTracerProvider(SdkTracerProvider.builder()
                    .addSpanProcessor(SimpleSpanProcessor.create(exporter))
                    .build())
            .build();
    private final Tracing tracing = OpenTelemetryTracing.of(sdk);
    private final List<String> received = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        sdk.close();
    }

    @Test
    void leaseEventAndEffectOfARecoveredTaskAreInTheTraceOfItsEnqueue() throws Exception {
        HttpServer target = target();
        try (SinkTestCluster cluster = new SinkTestCluster(1);
                HttpSink<String> http = HttpSink.builder(
                                URI.create("http://127.0.0.1:"
                                        + target.getAddress().getPort() + "/events"),
                                PayloadCodec.utf8())
                        .kinds(Set.of(EventKind.COMPLETED))
                        .build()) {
            enqueueAndKill(cluster);
            try (TaskQueue<String> queue = TaskQueue.<String>builder(TracedOwner.QUEUE)
                            .tracing(tracing)
                            .build();
                    ReplicationSource<String> source = TracedOwner.source(
                                    queue, SinkTestCluster.bootstrap(), cluster.topic)
                            .recover(Recovery.standard())
                            .start()) {
                queue.lease().complete();
                source.replicated().get(30, SECONDS);
            }
            SinkService sink = cluster.start(cluster.sink("traced-sink", http).tracing(tracing));
            cluster.awaitCaughtUp("traced-sink", sink);
            await().atMost(SinkTestCluster.PATIENCE).until(() -> named("apply traced") != null);

            SpanData lease = named("lease traced");
            SpanData apply = named("apply traced");
            SpanData effect = named("effect post");
            assertThat(List.of(lease, apply, effect))
                    .allMatch(span -> span.getTraceId().equals(TracedOwner.TRACE_ID));
            assertThat(apply.getParentSpanId()).isEqualTo(lease.getParentSpanId());
            assertThat(effect.getParentSpanId()).isEqualTo(apply.getSpanId());
            assertThat(apply.getAttributes().get(AttributeKey.stringKey("taskqueue.event.kind")))
                    .isEqualTo("Completed");
            assertThat(received)
                    .singleElement()
                    .asString()
                    .startsWith("00-" + TracedOwner.TRACE_ID + "-" + effect.getSpanId() + "-");
            assertThat(traceparentsOnTheTopic(cluster))
                    .as("of Enqueued, Restored, LeaseGranted, Completed")
                    .hasSize(4)
                    .allMatch(header ->
                            header.startsWith("00-" + TracedOwner.TRACE_ID + "-" + lease.getParentSpanId() + "-"));
        } finally {
            target.stop(0);
        }
    }

    private HttpServer target() throws Exception {
        HttpServer target = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        target.createContext("/events", exchange -> {
            try (exchange) {
                received.add(exchange.getRequestHeaders().getFirst("traceparent"));
                exchange.getRequestBody().readAllBytes();
                exchange.sendResponseHeaders(204, -1);
            }
        });
        target.start();
        return target;
    }

    private static void enqueueAndKill(SinkTestCluster cluster) throws Exception {
        Process owner = TracedOwner.start(cluster);
        try {
            assertThat(owner.inputReader().lines().anyMatch(TracedOwner.CONFIRMED::equals))
                    .as("confirmed, among the lines of its log")
                    .isTrue();
        } finally {
            ChildProcess.kill(owner);
        }
    }

    private SpanData named(String name) {
        return exporter.getFinishedSpanItems().stream()
                .filter(span -> span.getName().equals(name))
                .findFirst()
                .orElse(null);
    }

    private static List<String> traceparentsOnTheTopic(SinkTestCluster cluster) {
        List<String> found = new ArrayList<>();
        SinkTestCluster.readCommitted(cluster.topic, record -> {
            Header header = record.headers().lastHeader("traceparent");
            if (header != null) {
                found.add(new String(header.value(), StandardCharsets.US_ASCII));
            }
        });
        return found;
    }
}
