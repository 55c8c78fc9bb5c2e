package io.taskqueue.streams;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.source.ReplicationSource;
import io.taskqueue.tracing.OpenTelemetryTracing;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** An owner of a queue in a child process that enqueues one task within a trace, writes a line when that is confirmed, and waits for its end. */
final class TracedOwner {

    static final String QUEUE = "traced";
    static final String TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736";
    static final String CONFIRMED = "confirmed";

    private TracedOwner() {}

    static Process start(SinkTestCluster cluster) throws Exception {
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                TracedOwner.class.getName(),
                SinkTestCluster.bootstrap(),
                cluster.topic);
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    static ReplicationSource.Builder<String> source(TaskQueue<String> queue, String bootstrap, String topic) {
        return ReplicationSource.builder(queue, PayloadCodec.utf8())
                .kafka(Map.of("bootstrap.servers", bootstrap))
                .topic(topic)
                .registryTopic(topic + "-registry");
    }

    /** @param args bootstrap servers, topic */
    @SuppressWarnings("MustBeClosedChecker") // closed right after the enqueue
    public static void main(String[] args) throws Exception {
        OpenTelemetrySdk sdk = OpenTelemetrySdk.builder()
                .setTracerProvider(SdkTracerProvider.builder().build())
                .build();
        TaskQueue<String> queue = TaskQueue.<String>builder(QUEUE)
                .tracing(OpenTelemetryTracing.of(sdk))
                .build();
        ReplicationSource<String> source = source(queue, args[0], args[1]).start();
        SpanContext request = SpanContext.createFromRemoteParent(
                TRACE_ID, "00f067aa0ba902b7", TraceFlags.getSampled(), TraceState.getDefault());
        Scope current = Span.wrap(request).makeCurrent();
        queue.enqueue("an order");
        current.close();
        source.replicated().get(30, TimeUnit.SECONDS);
        System.out.println(CONFIRMED);
        System.out.flush();
        while (true) {
            LockSupport.park();
        }
    }
}
