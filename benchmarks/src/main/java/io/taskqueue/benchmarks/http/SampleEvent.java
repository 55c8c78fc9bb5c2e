package io.taskqueue.benchmarks.http;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.SourceMetadata;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.event.TaskId;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.serde.ReplicationEventCodec;
import java.time.Instant;

/** An event like those of {@code FilledTopic}. */
final class SampleEvent {

    private static final Instant THEN = Instant.parse("2026-01-02T03:04:05Z");

    private SampleEvent() {}

    /** Its JSON, as the sink posts it. */
    static byte[] json() {
        Task<String> task = new Task<>(new TaskId("queue-0", 1, 100_000), 1, THEN, "x".repeat(100));
        return new ReplicationEventCodec<>(PayloadCodec.utf8())
                .encode(ReplicationEvent.of(
                        "queue-0",
                        new SourceMetadata(new Position(1, 100_000), "benchmark", null, THEN),
                        TaskEvent.builder(EventKind.ENQUEUED, 100_000, THEN, task)
                                .build()));
    }
}
