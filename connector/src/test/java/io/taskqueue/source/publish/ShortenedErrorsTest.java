package io.taskqueue.source.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.OwnershipToken;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.event.TaskId;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ShortenedErrorsTest {

    private static final Instant THEN = Instant.parse("2026-01-02T03:04:05Z");
    private static final Task<String> TASK = new Task<>(new TaskId("orders", 1, 2), 2, THEN, "payload");
    private static final OwnershipToken TOKEN = new OwnershipToken(2, 1, new UUID(2, 1));
    private static final TaskError LONG = new TaskError("CODE", "m".repeat(100_000), Map.of());

    @Test
    void aTaskThatWaitsKeepsItsTimeAndItsPlaceWhenItsErrorIsShortened() {
        TaskEvent<String> delayed = EventRecords.withShortError(TaskEvent.builder(EventKind.RESTORED, 5, THEN, TASK)
                .token(TOKEN)
                .error(LONG)
                .availableAt(THEN.plusSeconds(60))
                .build());
        TaskEvent<String> snapshot = EventRecords.withShortError(TaskEvent.builder(EventKind.SNAPSHOT, 6, THEN, TASK)
                .error(LONG)
                .pendingSince(3)
                .build());

        assertThat(delayed.availableAt()).contains(THEN.plusSeconds(60));
        assertThat(snapshot.pendingSince()).hasValue(3);
        assertThat(delayed.error().orElseThrow().message()).hasSizeLessThan(10_000);
    }
}
