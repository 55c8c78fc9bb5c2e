package io.taskqueue.tracing;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.transport.ReceiverContext;
import io.micrometer.observation.transport.SenderContext;
import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.SourceMetadata;
import io.taskqueue.event.TaskError;
import io.taskqueue.queue.Lease;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.sink.local.LocalSinkRunner;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ObservationTracingTest {

    private static final String PROPAGATED = "00-4bf92f3577b34da6a3ce929d0e0e4736-%016x-01";

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final ObservationRegistry registry = ObservationRegistry.create();
    private final Propagation propagation = new Propagation();
    private final Tracing tracing = ObservationTracing.of(registry);

    @BeforeEach
    void handle() {
        registry.observationConfig()
                .observationHandler(new DefaultMeterObservationHandler(meters))
                .observationHandler(propagation);
    }

    /** What the handlers of Micrometer's tracing do: pass a trace on, and read where one comes from. */
    private static final class Propagation implements ObservationHandler<Observation.Context> {

        private final List<String> received = new ArrayList<>();
        private final List<String> parents = new ArrayList<>();
        private int sent;

        @Override
        @SuppressWarnings("unchecked")
        public void onStart(Observation.Context context) {
            if (context instanceof SenderContext<?> sender) {
                var typed = (SenderContext<Object>) sender;
                typed.getSetter().set(typed.getCarrier(), "traceparent", PROPAGATED.formatted(++sent));
            }
            if (context instanceof ReceiverContext<?> receiver) {
                var typed = (ReceiverContext<Object>) receiver;
                received.add(
                        context.getContextualName() + " " + typed.getGetter().get(typed.getCarrier(), "traceparent"));
            }
            var parent = context.getParentObservation();
            parents.add(context.getContextualName() + " in "
                    + (parent == null ? "none" : parent.getContextView().getContextualName()));
        }

        @Override
        public boolean supportsContext(Observation.Context context) {
            return true;
        }
    }

    private List<ReplicationEvent<String>> eventsOfATask() throws InterruptedException {
        List<ReplicationEvent<String>> events = new ArrayList<>();
        try (TaskQueue<String> queue = TaskQueue.<String>builder("orders")
                .tracing(tracing)
                .listener(event -> events.add(ReplicationEvent.of(
                        "orders",
                        new SourceMetadata(new Position(7, event.number()), "a", null, event.occurredAt()),
                        event)))
                .build()) {
            queue.enqueue("x");
            Lease<String> lease = queue.lease();
            lease.fail(TaskError.of("no route"), false);
        }
        return events;
    }

    @Test
    void theTraceOfTheEnqueueReachesLeasesAndEvents() throws InterruptedException {
        List<ReplicationEvent<String>> events = eventsOfATask();
        LocalSinkRunner.<String>builder(
                        "billing",
                        (event, effects) -> effects.run("charge", key -> {
                            assertThat(registry.getCurrentObservation()
                                            .getContextView()
                                            .getName())
                                    .isEqualTo("taskqueue.effect");
                            assertThat(effects.traceContext().orElseThrow().traceparent())
                                    .isEqualTo(PROPAGATED.formatted(2));
                        }))
                .tracing(tracing)
                .build()
                .run(events.subList(0, 1));

        String sent = PROPAGATED.formatted(1);
        assertThat(propagation.received).containsExactly("lease orders " + sent, "apply orders " + sent);
        assertThat(propagation.parents)
                .containsExactly(
                        "enqueue orders in none",
                        "lease orders in none",
                        "apply orders in none",
                        "effect charge in apply orders");
    }

    @Test
    void enqueuesLeasesEventsAndEffectsHaveTimers() throws InterruptedException {
        LocalSinkRunner.<String>builder("billing", (event, effects) -> effects.run("charge", key -> {}))
                .tracing(tracing)
                .build()
                .run(eventsOfATask());

        assertThat(timer("taskqueue.enqueue", "messaging.destination.name", "orders", "taskqueue.outcome", "accepted"))
                .isEqualTo(1);
        assertThat(timer("taskqueue.lease", "taskqueue.outcome", "failed")).isEqualTo(1);
        assertThat(timer("taskqueue.apply", "messaging.consumer.group.name", "billing", "taskqueue.outcome", "applied"))
                .isEqualTo(4);
        assertThat(timer("taskqueue.apply", "taskqueue.event.kind", "DeadLettered"))
                .isEqualTo(1);
        assertThat(timer("taskqueue.effect", "taskqueue.effect", "charge", "messaging.consumer.group.name", "billing"))
                .isEqualTo(4);
        assertThat(meters.getMeters())
                .allSatisfy(meter ->
                        assertThat(meter.getId().getTag("messaging.message.id")).isNull());
    }

    @Test
    void namesThatArePartOfPayloadsDoNotMakeMetersWithoutBound() throws InterruptedException {
        LocalSinkRunner.<String>builder("billing", (event, effects) -> {
                    for (int i = 0; i < 3 * ObservationTracing.MAX_VALUES; i++) {
                        effects.run("mail-" + i, key -> {});
                    }
                })
                .tracing(tracing)
                .build()
                .run(eventsOfATask().subList(0, 1));

        assertThat(meters.find("taskqueue.effect").timers()).hasSize(ObservationTracing.MAX_VALUES + 1);
        assertThat(timer("taskqueue.effect", "taskqueue.effect", "other"))
                .isEqualTo(2L * ObservationTracing.MAX_VALUES);
    }

    private long timer(String name, String... tags) {
        return meters.find(name).tags(tags).timers().stream()
                .mapToLong(Timer::count)
                .sum();
    }
}
