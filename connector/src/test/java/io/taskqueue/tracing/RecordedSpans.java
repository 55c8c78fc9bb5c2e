package io.taskqueue.tracing;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.util.List;

/** OpenTelemetry whose spans are kept in memory. */
final class RecordedSpans implements AutoCloseable {

    private final InMemorySpanExporter exporter = InMemorySpanExporter.create();
    private final OpenTelemetrySdk sdk = OpenTelemetrySdk.builder()
            .setTracerProvider(SdkTracerProvider.builder()
                    .addSpanProcessor(SimpleSpanProcessor.create(exporter))
                    .build())
            .build();

    Tracing tracing() {
        return OpenTelemetryTracing.of(sdk);
    }

    /** A tracer of the application. */
    Tracer application() {
        return sdk.getTracer("application");
    }

    /** The spans of a name that have ended, in the order in which they ended. */
    List<SpanData> named(String name) {
        return exporter.getFinishedSpanItems().stream()
                .filter(span -> span.getName().equals(name))
                .toList();
    }

    SpanData only(String name) {
        List<SpanData> spans = named(name);
        if (spans.size() != 1) {
            throw new AssertionError("spans named " + name + ": " + spans);
        }
        return spans.get(0);
    }

    static String attribute(SpanData span, String name) {
        return span.getAttributes().get(AttributeKey.stringKey(name));
    }

    @Override
    public void close() {
        sdk.close();
    }
}
