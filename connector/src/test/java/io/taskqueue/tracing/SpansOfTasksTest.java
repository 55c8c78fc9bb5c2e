package io.taskqueue.tracing;

import static io.taskqueue.tracing.RecordedSpans.attribute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanId;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.taskqueue.event.TaskError;
import io.taskqueue.event.TraceContext;
import io.taskqueue.queue.DrainedTask;
import io.taskqueue.queue.Lease;
import io.taskqueue.queue.LeaseLostException;
import io.taskqueue.queue.ManualTicker;
import io.taskqueue.queue.TaskQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@SuppressWarnings("MustBeClosedChecker") // closed where the span of the application ends
class SpansOfTasksTest {

    private final RecordedSpans spans = new RecordedSpans();
    private final ManualTicker ticker = new ManualTicker();
    private final TaskQueue<String> queue = queue("orders");

    private TaskQueue<String> queue(String name) {
        return TaskQueue.<String>builder(name)
                .capacity(2)
                .maxAttempts(2)
                .leaseDuration(Duration.ofSeconds(10))
                .closeGrace(Duration.ZERO)
                .ticker(ticker)
                .tracing(spans.tracing())
                .build();
    }

    @AfterEach
    void close() {
        queue.close();
        spans.close();
    }

    /** Enqueues within a span of the application, and returns that. */
    private SpanData enqueue(String payload) throws InterruptedException {
        Span request = spans.application().spanBuilder("request").startSpan();
        Scope current = request.makeCurrent();
        queue.enqueue(payload);
        current.close();
        request.end();
        return spans.named("request").get(spans.named("request").size() - 1);
    }

    @Test
    void anEnqueueIsAPartOfTheCallersTraceAndEachLeaseOfTheEnqueues() throws InterruptedException {
        SpanData request = enqueue("first");
        Lease<String> lease = queue.lease();
        String leaseId = lease.token().leaseId().toString();
        lease.complete();

        SpanData enqueued = spans.only("enqueue orders");
        assertThat(enqueued.getTraceId()).isEqualTo(request.getTraceId());
        assertThat(enqueued.getParentSpanId()).isEqualTo(request.getSpanId());
        assertThat(enqueued.getKind()).isEqualTo(SpanKind.PRODUCER);
        assertThat(attribute(enqueued, "messaging.system")).isEqualTo("taskqueue");
        assertThat(attribute(enqueued, "messaging.operation.name")).isEqualTo("enqueue");
        assertThat(attribute(enqueued, "messaging.operation.type")).isEqualTo("send");
        assertThat(attribute(enqueued, "messaging.destination.name")).isEqualTo("orders");
        assertThat(attribute(enqueued, "messaging.message.id")).isEqualTo("orders/0/1");
        assertThat(attribute(enqueued, "taskqueue.outcome")).isEqualTo("accepted");
        SpanData leased = spans.only("lease orders");
        assertThat(leased.getTraceId()).isEqualTo(request.getTraceId());
        assertThat(leased.getParentSpanId()).isEqualTo(enqueued.getSpanId());
        assertThat(leased.getKind()).isEqualTo(SpanKind.CONSUMER);
        assertThat(attribute(leased, "messaging.operation.type")).isEqualTo("process");
        assertThat(attribute(leased, "messaging.message.id")).isEqualTo("orders/0/1");
        assertThat(attribute(leased, "taskqueue.attempt")).isEqualTo("1");
        assertThat(attribute(leased, "taskqueue.lease.id")).isEqualTo(leaseId);
        assertThat(attribute(leased, "taskqueue.outcome")).isEqualTo("completed");
        assertThat(leased.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
        assertThat(leased.getLinks()).isEmpty();
    }

    @Test
    void eachAttemptIsASpanOfTheSameTraceThatStatesHowItEnded() throws InterruptedException {
        SpanData request = enqueue("first");
        queue.lease().fail(new TaskError("NO_ROUTE", "no route to the shop", Map.of()));
        Lease<String> second = queue.lease();
        ticker.advance(Duration.ofSeconds(11));
        assertThatThrownBy(second::complete).isInstanceOf(LeaseLostException.class);

        List<SpanData> attempts = spans.named("lease orders");
        assertThat(attempts).allMatch(span -> span.getTraceId().equals(request.getTraceId()));
        assertThat(attempts)
                .extracting(span -> attribute(span, "taskqueue.attempt") + " "
                        + attribute(span, "taskqueue.outcome") + " " + attribute(span, "error.type") + " "
                        + span.getStatus().getStatusCode())
                .containsExactly("1 failed NO_ROUTE ERROR", "2 expired " + TaskError.LEASE_EXPIRED + " ERROR");
        assertThat(attempts.get(0).getStatus().getDescription()).isEqualTo("no route to the shop");
    }

    @Test
    void aRevokedLeaseAndOneOfAStoppedQueueEndTheirSpans() throws InterruptedException {
        enqueue("first");
        enqueue("second");
        queue.lease();
        queue.drain(Duration.ZERO);
        TaskQueue<String> stopped = queue("stopped");
        stopped.enqueue("third");
        stopped.lease();
        stopped.stop("another owner");

        assertThat(attribute(spans.only("lease orders"), "taskqueue.outcome")).isEqualTo("revoked");
        assertThat(attribute(spans.only("lease stopped"), "taskqueue.outcome")).isEqualTo("stopped");
    }

    @Test
    void aDrainedTaskContinuesItsTraceInAnotherQueue() throws InterruptedException {
        SpanData request = enqueue("first");
        List<DrainedTask<String>> drained = queue.drain(Duration.ZERO);
        try (TaskQueue<String> next = queue("next")) {
            next.restore(drained);
            next.lease().complete();
        }

        assertThat(spans.only("lease next").getTraceId()).isEqualTo(request.getTraceId());
        assertThat(spans.only("lease next").getParentSpanId())
                .isEqualTo(spans.only("enqueue orders").getSpanId());
    }

    @Test
    void theWorkersOwnTraceIsLinked() throws InterruptedException {
        SpanData request = enqueue("first");
        Span worker = spans.application().spanBuilder("worker").setNoParent().startSpan();
        Scope current = worker.makeCurrent();
        queue.lease().complete();
        current.close();
        worker.end();

        SpanData leased = spans.only("lease orders");
        assertThat(leased.getTraceId()).isEqualTo(request.getTraceId());
        assertThat(leased.getLinks()).singleElement().satisfies(link -> assertThat(
                        link.getSpanContext().getSpanId())
                .isEqualTo(worker.getSpanContext().getSpanId()));
    }

    @Test
    void whatTheWorkerCallsIsAPartOfTheLease() throws InterruptedException {
        enqueue("first");
        Lease<String> lease = queue.lease();
        TraceSpan.Scope current = lease.makeCurrent();
        Span call = spans.application().spanBuilder("call").startSpan();
        current.close();
        Span after = spans.application().spanBuilder("after").startSpan();
        Optional<TraceContext> context = lease.traceContext();
        lease.complete();
        call.end();
        after.end();

        SpanData leased = spans.only("lease orders");
        assertThat(spans.only("call").getParentSpanId()).isEqualTo(leased.getSpanId());
        assertThat(spans.only("after").getParentSpanId()).isEqualTo(SpanId.getInvalid());
        assertThat(context.orElseThrow().traceId()).isEqualTo(leased.getTraceId());
        assertThat(context.orElseThrow().spanId()).isEqualTo(leased.getSpanId());
    }

    @Test
    void tasksThatOneCallEnqueuesShareItsSpan() throws InterruptedException {
        queue.enqueueAll(List.of("first", "second"));
        List<Lease<String>> leases = new ArrayList<>(queue.lease(2));
        queue.completeAll(leases);

        SpanData enqueued = spans.only("enqueue orders");
        assertThat(attribute(enqueued, "messaging.batch.message_count")).isEqualTo("2");
        assertThat(spans.named("lease orders")).hasSize(2).allMatch(span -> span.getParentSpanId()
                .equals(enqueued.getSpanId()));
    }

    @Test
    void anEnqueueThatIsRefusedOrTooLateStatesIt() throws InterruptedException {
        queue.enqueue("first");
        queue.enqueue("second");
        assertThat(queue.tryEnqueue("third")).isEmpty();
        queue.drain(Duration.ZERO);
        assertThatThrownBy(() -> queue.enqueue("fourth")).isInstanceOf(RuntimeException.class);

        List<SpanData> enqueues = spans.named("enqueue orders");
        assertThat(enqueues)
                .extracting(span -> attribute(span, "taskqueue.outcome"), span -> attribute(span, "error.type"))
                .containsExactly(
                        tuple("accepted", null),
                        tuple("accepted", null),
                        tuple("timeout", null),
                        tuple(null, "io.taskqueue.queue.QueueClosedException"));
    }

    @Test
    void aTraceThatIsNotSampledIsCarriedAndStaysSo() throws InterruptedException {
        var notSampled = SpanContext.createFromRemoteParent(
                "4bf92f3577b34da6a3ce929d0e0e4736",
                "00f067aa0ba902b7",
                TraceFlags.getDefault(),
                TraceState.builder().put("vendor", "1").build());
        Scope current = Span.wrap(notSampled).makeCurrent();
        queue.enqueue("first");
        current.close();
        Lease<String> lease = queue.lease();

        assertThat(lease.task().trace().traceId()).isEqualTo("4bf92f3577b34da6a3ce929d0e0e4736");
        assertThat(lease.task().trace().flags()).isEqualTo("00");
        assertThat(lease.task().trace().tracestate()).isEqualTo("vendor=1");
        lease.complete();
        assertThat(spans.named("lease orders")).isEmpty();
    }
}
