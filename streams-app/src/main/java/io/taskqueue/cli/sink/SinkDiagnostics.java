package io.taskqueue.cli.sink;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.taskqueue.cli.parked.SinkParkedTasks;
import io.taskqueue.diagnostics.DiagnosticsEvent;
import io.taskqueue.diagnostics.DiagnosticsServer;
import io.taskqueue.diagnostics.EventFeed;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.metrics.SinkMeters;
import io.taskqueue.serde.BoundedJson;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.streams.SinkService;
import io.taskqueue.streams.admin.ParkedEvents;
import io.taskqueue.streams.status.QueueStatus;
import io.taskqueue.streams.status.SinkState;
import io.taskqueue.streams.status.SinkStatus;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** What a sink service shows over HTTP: its status and then each applied event, its readiness, and its parked tasks. */
public final class SinkDiagnostics<T> implements EventFeed {

    private final SinkService service;
    private final PayloadCodec<T> codec;

    /** @param codec the codec of the service's events */
    public SinkDiagnostics(SinkService service, PayloadCodec<T> codec) {
        this.service = service;
        this.codec = codec;
    }

    /** Configures a server to show the events and the readiness of the service. */
    public void showOn(DiagnosticsServer.Builder diagnostics) {
        diagnostics
                .note("topics", service::topicNote)
                .feed(this)
                .ready("replication", this::replicationFailure)
                .ready("kafka", () -> service.status().health().kafka())
                .ready("target", () -> service.status().health().target())
                .live("replication", () -> service.status().health().failure())
                .note("attention", this::notes)
                .note("failed", () -> recordedFailures(service.status()))
                .note("undecodable", () -> undecodable(service.status()));
    }

    /** A sink of which no record can be decoded has no lag, and would look well otherwise. */
    static Optional<String> undecodable(SinkStatus status) {
        if (status.undecodable() == 0) {
            return Optional.empty();
        }
        long applied = status.queues().stream()
                .mapToLong(queue -> queue.counts().applied())
                .sum();
        return Optional.of("Since the start, records that cannot be decoded were moved to the dead-letter topic: "
                + status.undecodable() + ", and events were applied: " + applied
                + ". Check that the sink reads the payloads that the source writes, and name the queues that it is for"
                + " with --queue (in code, queues(...)).");
    }

    /** For operators: a recorded failure is not attempted again, and does not make the sink not ready. */
    static Optional<String> recordedFailures(SinkStatus status) {
        long failed = status.effects().failed();
        return failed == 0
                ? Optional.empty()
                : Optional.of(failed + " effects have failed permanently since this instance of sink " + status.sink()
                        + " started; the failures are recorded and not attempted again. List them with `taskqueue results --name "
                        + status.sink() + " --failed`.");
    }

    /** Configures a server to show and to change what is parked. */
    void showParkedOn(DiagnosticsServer.Builder diagnostics, Map<String, ?> kafka) {
        String sink = service.status().sink();
        diagnostics
                .parked(new SinkParkedTasks(new ParkedEvents(kafka, sink), service::parked, sink))
                .note("parked", () -> SinkParkedTasks.note(service.status(), kafka.get("bootstrap.servers")));
    }

    private Optional<String> notes() {
        List<String> notes = List.copyOf(service.status().health().notes().values());
        return notes.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", notes));
    }

    private Optional<String> replicationFailure() {
        SinkStatus status = service.status();
        return status.state() == SinkState.RUNNING
                ? Optional.empty()
                : Optional.of(status.failure()
                        .orElse("the sink is " + status.state().name().toLowerCase(Locale.ROOT)));
    }

    @Override
    public String snapshot() {
        SinkStatus status = service.status();
        ObjectNode snapshot = BoundedJson.object();
        snapshot.put("sink", status.sink()).put("state", status.state().name());
        status.failure().ifPresent(failure -> snapshot.put("failure", failure));
        status.waiting().ifPresent(waiting -> snapshot.put("waiting", waiting));
        snapshot.put("undecodable", status.undecodable());
        status.health().kafka().ifPresent(kafka -> snapshot.put("kafka", kafka));
        ArrayNode queues = snapshot.putArray("queues");
        Set<String> withoutSeries = service.queuesWithoutSeries();
        status.queues().forEach(queue -> {
            ObjectNode json = queues.addObject();
            writeQueue(queue, json);
            json.put("series", withoutSeries.contains(queue.queueName()) ? SinkMeters.OTHER_QUEUES : queue.queueName());
        });
        ArrayNode changes = snapshot.putArray("logChanges");
        status.logChanges().forEach(change -> changes.add(change.text()));
        snapshot.putObject("effects")
                .put("run", status.effects().run())
                .put("reused", status.effects().reused())
                .put("failed", status.effects().failed())
                .put("missing", status.effects().missing())
                .put("parked", status.effects().parked());
        return snapshot.toString();
    }

    private static void writeQueue(QueueStatus queue, ObjectNode json) {
        json.put("queueName", queue.queueName())
                .put("partition", queue.partition())
                .put("newest", queue.positions().newest().toString())
                .put(
                        "done",
                        queue.positions().done() == null
                                ? null
                                : queue.positions().done().toString())
                .put("inFlight", queue.inFlight())
                .put("parkedTasks", queue.parked().tasks())
                .put("parkedEvents", queue.parked().events())
                .put("lag", queue.positions().lag())
                .put("diverged", queue.diverged())
                .put(
                        "missing",
                        queue.divergence() == null ? null : queue.divergence().text())
                .put("replaying", queue.replaying())
                .put("applied", queue.counts().applied());
        ObjectNode peers = json.putObject("peers");
        queue.positions().peers().forEach((peer, done) -> peers.put(peer, done.toString()));
    }

    @Override
    // the payloads of a service's events were decoded by the codec of the service
    @SuppressWarnings("unchecked")
    public AutoCloseable subscribe(Consumer<DiagnosticsEvent> consumer) {
        return service.observe(
                applied -> consumer.accept(DiagnosticsEvent.of((ReplicationEvent<T>) applied.event(), codec)),
                missed -> consumer.accept(
                        DiagnosticsEvent.lost("the observer was too slow and missed " + missed + " events")));
    }
}
