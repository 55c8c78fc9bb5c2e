package io.taskqueue.console.fold;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.event.Priority;
import io.taskqueue.event.TaskId;
import io.taskqueue.streams.state.StateWriter;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class IndexedTaskTest {

    private static final Instant THEN = Instant.parse("2026-11-01T10:00:00Z");
    private static final TaskId ID = new TaskId("orders", 7, 42);

    private static IndexedTask task(Priority priority) {
        return new IndexedTask(
                ID,
                "orders",
                new IndexedTask.Progress(ViewPhase.PENDING, 2, "no route", null, null),
                THEN,
                "line 17",
                priority,
                new IndexedTask.Place(7, THEN.plusSeconds(2), 99, THEN.plusSeconds(1)),
                EventOffsets.of(99));
    }

    @ParameterizedTest
    @EnumSource(Priority.class)
    void isReadBack(Priority priority) {
        IndexedTask read =
                IndexedTask.read(ViewKeys.task("orders", ID), task(priority).toBytes());

        assertThat(read.view()).isEqualTo(task(priority).view());
        assertThat(read.priority()).isEqualTo(priority);
    }

    @Test
    void aTaskThatAVersionWithoutPrioritiesStoredIsOfTheNormalOne() {
        StateWriter first = StateWriter.key(160)
                .putByte((byte) 1)
                .putByte(ViewPhase.PENDING.code())
                .putInt(2)
                .putText("no route")
                .putFlag(false)
                .putFlag(false)
                .putInstant(THEN)
                .putText("line 17")
                .putLong(7)
                .putInstant(THEN.plusSeconds(2))
                .putLong(99)
                .putInstant(THEN.plusSeconds(1));
        EventOffsets.of(99).write(first);

        IndexedTask read = IndexedTask.read(ViewKeys.task("orders", ID), first.toBytes());

        assertThat(read.view()).isEqualTo(task(Priority.NORMAL).view());
    }
}
