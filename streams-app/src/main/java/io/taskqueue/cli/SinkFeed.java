package io.taskqueue.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.taskqueue.diagnostics.DiagnosticsEvent;
import io.taskqueue.diagnostics.DiagnosticsFeed;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.streams.QueueStatus;
import io.taskqueue.streams.SinkService;
import io.taskqueue.streams.SinkStatus;
import java.util.function.Consumer;

/** What a watcher of a sink sees: its status, then every event that it applies. */
final class SinkFeed<T> implements DiagnosticsFeed {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final SinkService service;
    private final PayloadCodec<T> codec;

    SinkFeed(SinkService service, PayloadCodec<T> codec) {
        this.service = service;
        this.codec = codec;
    }

    @Override
    public String snapshot() {
        SinkStatus status = service.status();
        ObjectNode snapshot = JSON.createObjectNode();
        snapshot.put("sink", status.sink()).put("state", status.state().name());
        status.failure().ifPresent(failure -> snapshot.put("failure", failure));
        status.waiting().ifPresent(waiting -> snapshot.put("waiting", waiting));
        ArrayNode queues = snapshot.putArray("queues");
        for (QueueStatus queue : status.queues()) {
            ObjectNode shown = queues.addObject()
                    .put("queueName", queue.queueName())
                    .put("partition", queue.partition())
                    .put("newest", queue.newest().toString())
                    .put("done", queue.done() == null ? null : queue.done().toString())
                    .put("inFlight", queue.inFlight())
                    .put("parkedTasks", queue.parkedTasks())
                    .put("parkedEvents", queue.parkedEvents())
                    .put("lag", queue.lag())
                    .put("diverged", queue.diverged())
                    .put("replaying", queue.replaying())
                    .put("applied", queue.applied());
            ObjectNode peers = shown.putObject("peers");
            queue.peers().forEach((peer, done) -> peers.put(peer, done.toString()));
        }
        snapshot.putObject("effects")
                .put("run", status.effects().run())
                .put("reused", status.effects().reused())
                .put("failed", status.effects().failed())
                .put("missing", status.effects().missing())
                .put("parked", status.effects().parked());
        return snapshot.toString();
    }

    @Override
    // a service's events carry the payloads that its own codec made
    @SuppressWarnings("unchecked")
    public AutoCloseable subscribe(Consumer<DiagnosticsEvent> consumer) {
        return service.observe(
                applied -> consumer.accept(DiagnosticsEvent.of((ReplicationEvent<T>) applied.event(), codec)),
                missed -> consumer.accept(
                        DiagnosticsEvent.lost("the watchers fell behind and missed " + missed + " events")));
    }
}
