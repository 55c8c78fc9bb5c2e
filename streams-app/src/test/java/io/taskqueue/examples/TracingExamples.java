package io.taskqueue.examples;

import io.opentelemetry.api.OpenTelemetry;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.logging.LeaseScope;
import io.taskqueue.queue.Lease;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.sink.Effects;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.streams.SinkService;
import io.taskqueue.tracing.OpenTelemetryTracing;
import io.taskqueue.tracing.Tracing;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;

/** The Java blocks of docs/tracing.md: each is the text between two markers here. */
final class TracingExamples {

    record Order(String id, int cents) {}

    private TracingExamples() {}

    static SinkService.Builder<Order> traced(OpenTelemetry openTelemetry, ReplicationSink<Order> billing) {
        // README: tracing
        Tracing tracing = OpenTelemetryTracing.of(openTelemetry); // or ofGlobal(), with the Java agent
        TaskQueue<Order> queue =
                TaskQueue.<Order>builder("orders").tracing(tracing).build();
        SinkService.Builder<Order> sink = SinkService.builder("billing", billing, PayloadCodec.json(Order.class))
                .tracing(tracing);
        // end
        queue.close();
        return sink;
    }

    @SuppressWarnings("try") // the scope is closed, and not used otherwise
    static void work(Lease<Order> lease) {
        // README: worker
        try (LeaseScope scope = LeaseScope.open(lease)) {
            ship(lease.payload());
            lease.complete();
        }
        // end
    }

    @SuppressWarnings("UnusedVariable") // of the application
    private static void ship(Order order) {}

    static void charge(ReplicationEvent<Order> event, Effects effects, HttpClient client, URI target) throws Exception {
        // README: call
        effects.run("charge", key -> {
            HttpRequest.Builder request = HttpRequest.newBuilder(target).header("Idempotency-Key", key.toString());
            effects.traceContext().ifPresent(trace -> request.header("traceparent", trace.traceparent()));
            client.send(
                    request.POST(BodyPublishers.ofString(event.payload().id())).build(), BodyHandlers.discarding());
        });
        // end
    }
}
