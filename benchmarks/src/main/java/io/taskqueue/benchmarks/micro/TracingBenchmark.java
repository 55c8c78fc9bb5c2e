package io.taskqueue.benchmarks.micro;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.taskqueue.benchmarks.source.SampleTasks;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.tracing.OpenTelemetryTracing;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What tracing costs a task: the calls of {@link QueueBenchmark#enqueueLeaseComplete}, with a journal that only counts.
 *
 * <pre>
 *   absent     no tracing was set, as by default
 *   no-span    OpenTelemetryTracing of an application without the SDK of OpenTelemetry: no span is recorded
 *   recorded   OpenTelemetryTracing with the SDK: each task is enqueued within a span and has two of its own, all recorded and not exported
 * </pre>
 */
@State(org.openjdk.jmh.annotations.Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class TracingBenchmark {

    @Param({"absent", "no-span", "recorded"})
    public String tracing;

    private String payload;
    private OpenTelemetry openTelemetry;
    private TaskQueue<String> queue;

    @Setup
    public void open() {
        payload = SampleTasks.read().get(0);
        openTelemetry = tracing.equals("recorded") ? recording() : OpenTelemetry.noop();
        TaskQueue.Builder<String> builder =
                TaskQueue.<String>builder("measured").leaseDuration(Duration.ofHours(1));
        if (!tracing.equals("absent")) {
            builder.tracing(OpenTelemetryTracing.of(openTelemetry));
        }
        queue = builder.build();
        queue.attach(new CountingJournal(payload));
    }

    private static OpenTelemetry recording() {
        return OpenTelemetrySdk.builder()
                .setTracerProvider(SdkTracerProvider.builder()
                        .addSpanProcessor(new NoExport())
                        .build())
                .build();
    }

    @TearDown
    public void close() {
        queue.drain(Duration.ZERO);
    }

    /** A task's whole lifecycle: three calls, three events. */
    @Benchmark
    public void enqueueLeaseComplete(CallersSpan caller, QueueBenchmark.CallerCost cost) throws InterruptedException {
        queue.enqueue(payload);
        queue.lease().complete();
        cost.events += 3;
    }

    /** The span that is current on the calling thread, as in a request that enqueues; without the SDK, none is. */
    @State(org.openjdk.jmh.annotations.Scope.Thread)
    public static class CallersSpan {

        private Span span;
        private Scope scope;

        @Setup(Level.Iteration)
        @SuppressWarnings("MustBeClosedChecker") // closed by end()
        public void begin(TracingBenchmark benchmark) {
            span = benchmark
                    .openTelemetry
                    .getTracer("caller")
                    .spanBuilder("request")
                    .startSpan();
            scope = span.makeCurrent();
        }

        @TearDown(Level.Iteration)
        public void end() {
            scope.close();
            span.end();
        }
    }

    /** Takes each span, as a processor does that exports in batches, and drops it. */
    private static final class NoExport implements SpanProcessor {

        @Override
        public void onStart(Context parent, ReadWriteSpan span) {}

        @Override
        public boolean isStartRequired() {
            return false;
        }

        @Override
        public void onEnd(ReadableSpan span) {}

        @Override
        public boolean isEndRequired() {
            return true;
        }
    }
}
