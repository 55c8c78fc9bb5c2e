package io.taskqueue.sink;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.SourceMetadata;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.event.TaskId;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** Events as a source writes them, for tests. */
public final class Events {

    public static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");

    private Events() {}

    public static ReplicationEvent<String> enqueued(String queue, long epoch, long sequence) {
        return enqueued(queue, epoch, sequence, null);
    }

    public static ReplicationEvent<String> enqueued(String queue, long epoch, long sequence, @Nullable String owner) {
        var task = new Task<>(new TaskId(queue, epoch, sequence), 1, NOON, "payload-" + sequence);
        return ReplicationEvent.of(
                queue,
                new SourceMetadata(new Position(epoch, sequence), "peer-a", owner, NOON),
                TaskEvent.builder(EventKind.ENQUEUED, sequence, NOON, task).build());
    }

    public static ReplicationEvent<String> snapshot(String queue, long epoch, long sequence) {
        var task = new Task<>(new TaskId(queue, epoch, sequence), 1, NOON, "payload-" + sequence);
        return ReplicationEvent.of(
                queue,
                new SourceMetadata(new Position(epoch, sequence), "peer-a", null, NOON),
                TaskEvent.builder(EventKind.SNAPSHOT, sequence, NOON, task).build());
    }

    public static ReplicationEvent<String> started(String queue, long epoch) {
        return ReplicationEvent.sourceStarted(
                queue, new SourceMetadata(new Position(epoch, 0), "peer-a", null, NOON), new UUID(7, epoch));
    }

    /** Events 1 to the last of epoch 7, without an owner. */
    public static List<ReplicationEvent<String>> sequence(String queue, long last) {
        return LongStream.rangeClosed(1, last)
                .mapToObj(sequence -> enqueued(queue, 7, sequence))
                .toList();
    }
}
