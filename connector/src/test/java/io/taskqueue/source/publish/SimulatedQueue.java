package io.taskqueue.source.publish;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.taskqueue.event.EventKind;
import io.taskqueue.event.PayloadInclusion;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.event.TaskId;
import io.taskqueue.queue.Ticker;
import io.taskqueue.serde.PayloadCodec;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** The events of a queue of a publisher, which a test appends, and what the source of the queue is notified of. */
final class SimulatedQueue implements Publication.Listener<String> {

    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");

    final Publication<String> publication;
    final List<Long> acknowledged = new CopyOnWriteArrayList<>();
    final List<String> owners = new CopyOnWriteArrayList<>();
    final List<String> errors = new CopyOnWriteArrayList<>();

    volatile boolean failsOnNotification;

    private final String name;
    private final EventBuffer<String> buffer;
    private long appended;

    SimulatedQueue(
            Publisher publisher, String name, int partition, Function<TaskEvent<String>, @Nullable String> owner) {
        this.name = name;
        EventRecords<String> records = new EventRecords<>(
                name,
                new PeerResolver<>("peer-a", null, owner),
                PublishingParts.CODEC,
                new UUID(1, 2),
                new TopicPartition("events", partition),
                1_000_000);
        buffer = new EventBuffer<>(
                7,
                new BufferLimits(100_000, 1_000_000_000),
                new EventPayloads<>(
                        name, "peer-a", PublishingParts.CODEC, records, 1_000_000, PayloadInclusion.EVERY_EVENT),
                new SourceTime(Clock.fixed(NOON, ZoneOffset.UTC), Ticker.system()),
                new SimpleMeterRegistry().counter("expired"));
        publication = new Publication<>(buffer, records, this);
        publisher.add(publication);
    }

    String name() {
        return name;
    }

    long appended() {
        return appended;
    }

    void append(int events) {
        byte[] payload = PayloadCodec.utf8().encode("p");
        for (int event = 0; event < events; event++) {
            appended++;
            buffer.append(
                    TaskEvent.builder(
                                    EventKind.ENQUEUED,
                                    appended,
                                    NOON,
                                    new Task<>(new TaskId(name, 7, appended), 1, NOON, "p"))
                            .build(),
                    payload,
                    false);
        }
    }

    @Override
    public void acknowledged(ReplicationEvent<String> event, long offset) {
        acknowledged.add(event.position().sequence());
        event.ownerPeerId().ifPresent(owners::add);
    }

    @Override
    public void retrying(String error) {
        errors.add(error);
    }

    @Override
    public void failed(RuntimeException cause) {
        errors.add("failed: " + cause);
        if (failsOnNotification) {
            throw new IllegalStateException("on purpose");
        }
    }

    @Override
    public void lost(Throwable cause) {
        errors.add("lost: " + cause);
    }
}
