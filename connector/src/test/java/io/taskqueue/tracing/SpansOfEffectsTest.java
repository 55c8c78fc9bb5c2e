package io.taskqueue.tracing;

import static io.taskqueue.tracing.RecordedSpans.attribute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.taskqueue.event.EventKind;
import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.SourceMetadata;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.event.TaskId;
import io.taskqueue.event.TraceContext;
import io.taskqueue.sink.EffectMode;
import io.taskqueue.sink.Events;
import io.taskqueue.sink.OnPermanent;
import io.taskqueue.sink.PermanentEffectException;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.sink.RetryPolicy;
import io.taskqueue.sink.SinkFailedException;
import io.taskqueue.sink.local.LocalSinkRunner;
import io.taskqueue.sink.store.MemoryEffectStore;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SpansOfEffectsTest {

    private static final TraceContext TRACE =
            new TraceContext("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "vendor=1");

    private static final ReplicationEvent<String> EVENT = ReplicationEvent.of(
            "orders",
            new SourceMetadata(new Position(7, 3), "peer-a", null, Events.NOON),
            TaskEvent.builder(
                            EventKind.ENQUEUED,
                            3,
                            Events.NOON,
                            new Task<>(new TaskId("orders", 7, 2), 1, Events.NOON, "x").inTrace(TRACE))
                    .build());

    private final RecordedSpans spans = new RecordedSpans();
    private final MemoryEffectStore results = new MemoryEffectStore();
    private final AtomicReference<Optional<TraceContext>> seen = new AtomicReference<>();

    @AfterEach
    void close() {
        spans.close();
    }

    private static RetryPolicy retries(int attempts) {
        return new RetryPolicy(attempts, Duration.ofMillis(1), Duration.ofMillis(1), 0);
    }

    private LocalSinkRunner.Builder<String> runner(ReplicationSink<String> sink) {
        return LocalSinkRunner.builder("billing", sink)
                .effects(results)
                .retry(retries(1))
                .tracing(spans.tracing());
    }

    @Test
    void anEventIsAppliedInTheTraceOfItsTaskAndItsEffectsWithinThat() throws Exception {
        runner((event, effects) -> effects.run("charge", key -> {
                    seen.set(effects.traceContext());
                    spans.application().spanBuilder("POST").startSpan().end();
                }))
                .build()
                .run(List.of(EVENT));

        SpanData applied = spans.only("apply orders");
        assertThat(applied.getTraceId()).isEqualTo(TRACE.traceId());
        assertThat(applied.getParentSpanId()).isEqualTo(TRACE.spanId());
        assertThat(applied.getKind()).isEqualTo(SpanKind.CONSUMER);
        assertThat(attribute(applied, "messaging.operation.name")).isEqualTo("apply");
        assertThat(attribute(applied, "messaging.consumer.group.name")).isEqualTo("billing");
        assertThat(attribute(applied, "messaging.message.id")).isEqualTo("orders/7/2");
        assertThat(attribute(applied, "taskqueue.event.kind")).isEqualTo("Enqueued");
        assertThat(attribute(applied, "taskqueue.event.position")).isEqualTo("7/3");
        assertThat(attribute(applied, "taskqueue.outcome")).isEqualTo("applied");
        assertThat(attribute(applied, "taskqueue.effects.run")).isEqualTo("1");
        assertThat(attribute(applied, "taskqueue.replay")).isNull();
        SpanData effect = spans.only("effect charge");
        assertThat(effect.getParentSpanId()).isEqualTo(applied.getSpanId());
        assertThat(effect.getKind()).isEqualTo(SpanKind.CLIENT);
        assertThat(attribute(effect, "taskqueue.effect")).isEqualTo("charge");
        assertThat(attribute(effect, "taskqueue.effect.key")).isEqualTo("billing/0/orders/7/3/charge");
        assertThat(spans.only("POST").getParentSpanId()).isEqualTo(effect.getSpanId());
        assertThat(seen.get())
                .contains(new TraceContext("00-" + TRACE.traceId() + "-" + effect.getSpanId() + "-01", "vendor=1"));
    }

    @Test
    void anEffectOnAThreadOfTheSinkIsWithinItsEventToo() throws Exception {
        runner((event, effects) -> CompletableFuture.runAsync(() -> {
                            try {
                                effects.run("mail", key -> seen.set(effects.traceContext()));
                            } catch (Exception e) {
                                throw new IllegalStateException(e);
                            }
                            assertThat(Span.current().getSpanContext().isValid())
                                    .isFalse();
                        })
                        .join())
                .build()
                .run(List.of(EVENT));

        SpanData effect = spans.only("effect mail");
        assertThat(effect.getParentSpanId())
                .isEqualTo(spans.only("apply orders").getSpanId());
        assertThat(seen.get().orElseThrow().spanId()).isEqualTo(effect.getSpanId());
    }

    @Test
    void eachAttemptAndEachRunOfAnActionIsASpan() throws Exception {
        int[] calls = {0};
        runner((event, effects) -> effects.run("charge", key -> {
                    if (++calls[0] == 1) {
                        throw new IOException("connection reset");
                    }
                }))
                .retry(retries(2))
                .build()
                .run(List.of(EVENT));

        assertThat(spans.named("apply orders"))
                .extracting(span -> attribute(span, "taskqueue.outcome") + " " + attribute(span, "error.type"))
                .containsExactly("failed java.io.IOException", "applied null");
        assertThat(spans.named("effect charge"))
                .extracting(span -> attribute(span, "error.type"))
                .containsExactly("java.io.IOException", null);
        assertThat(spans.named("effect charge").get(0).getEvents())
                .singleElement()
                .satisfies(exception -> assertThat(exception.getName()).isEqualTo("exception"));
    }

    @Test
    void aPermanentFailureIsAFailureOfItsEffectAndNotOfTheEvent() throws Exception {
        runner((event, effects) -> effects.run("charge", key -> {
                    throw new PermanentEffectException("card declined");
                }))
                .build()
                .run(List.of(EVENT));

        assertThat(attribute(spans.only("apply orders"), "taskqueue.outcome")).isEqualTo("applied");
        assertThat(spans.only("effect charge").getStatus().getDescription()).isEqualTo("card declined");
    }

    @Test
    void aReplayHasATraceOfItsOwnThatIsLinkedToTheTasks() throws Exception {
        ReplicationSink<String> sink = (event, effects) -> effects.run("charge", key -> {});
        runner(sink).build().run(List.of(EVENT));
        runner(sink).mode(EffectMode.RECORDED_ONLY).build().run(List.of(EVENT));

        SpanData replayed = spans.named("apply orders").get(1);
        assertThat(replayed.getTraceId()).isNotEqualTo(TRACE.traceId());
        assertThat(replayed.getLinks()).singleElement().satisfies(link -> assertThat(
                        link.getSpanContext().getTraceId())
                .isEqualTo(TRACE.traceId()));
        assertThat(attribute(replayed, "taskqueue.replay")).isEqualTo("true");
        assertThat(attribute(replayed, "taskqueue.effects.reused")).isEqualTo("1");
        assertThat(spans.named("effect charge")).hasSize(1);
    }

    @Test
    void aSinkWithoutTracingPassesTheTraceOfTheTaskOn() throws Exception {
        runner((event, effects) -> effects.run("charge", key -> seen.set(effects.traceContext())))
                .tracing(Tracing.NONE)
                .build()
                .run(List.of(EVENT, Events.enqueued("orders", 7, 4)));

        assertThat(spans.named("apply orders")).isEmpty();
        assertThat(seen.get()).as("of a task without a trace").isEmpty();
        runner((event, effects) -> seen.set(effects.traceContext()))
                .tracing(Tracing.NONE)
                .build()
                .run(List.of(EVENT));
        assertThat(seen.get()).contains(TRACE);
    }

    @Test
    void anEventThatWouldBeParkedFailsItsSpan() {
        LocalSinkRunner<String> parking = runner((event, effects) -> effects.run("charge", key -> {
                    throw new PermanentEffectException("card declined");
                }))
                .onPermanent(OnPermanent.PARK)
                .build();

        assertThatThrownBy(() -> parking.run(List.of(EVENT))).isInstanceOf(SinkFailedException.class);
        assertThat(attribute(spans.only("apply orders"), "taskqueue.outcome")).isEqualTo("parked");
    }
}
