package io.taskqueue.source.mark;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.SourceMetadata;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.event.TaskId;
import io.taskqueue.queue.ManualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;

class RetentionGuardTest {

    private final ManualTime time = new ManualTime();
    private final LiveTaskOffsets offsets = new LiveTaskOffsets(new Position(20, 0), 100);
    private final List<TaskId> written = new ArrayList<>();
    private long appended;
    private long acknowledged;
    private boolean isBlocked;
    private IntConsumer writing = tasks -> {};
    private Optional<TopicRetention.Half> half = Optional.empty();
    private final RetentionGuard guard = new RetentionGuard(offsets, new Queue(), () -> half, time);

    /** A queue that has each task, and a buffer whose events the test acknowledges. */
    private final class Queue implements RetentionGuard.Snapshots {

        @Override
        public void write(Collection<TaskId> tasks, IntConsumer whenWritten) {
            written.addAll(tasks);
            appended += tasks.size();
            writing = whenWritten;
            if (!isBlocked) {
                whenWritten.accept(tasks.size());
            }
        }

        @Override
        public Position appendedUpTo() {
            return new Position(20, appended);
        }

        @Override
        public Position acknowledgedUpTo() {
            return new Position(20, acknowledged);
        }
    }

    @Test
    void tasksOlderThanHalfOfTheRetentionTimeAreWrittenAgain() {
        enqueue(1, 101);
        time.advance(Duration.ofMinutes(20));
        enqueue(2, 102);
        half = Optional.of(new TopicRetention.Half(Optional.of(Duration.ofMinutes(30)), OptionalLong.empty()));
        guard.check();
        assertThat(written).isEmpty();

        time.advance(Duration.ofMinutes(11));
        guard.check();
        assertThat(written).containsExactly(id(1));
    }

    @Test
    void tasksWithMoreThanHalfOfTheRetainedBytesBehindThemAreWrittenAgain() {
        enqueue(1, 101);
        enqueue(2, 150);
        half = Optional.of(new TopicRetention.Half(Optional.empty(), OptionalLong.of(150)));

        guard.check();

        assertThat(written).containsExactly(id(1));
    }

    @Test
    void noFurtherBatchIsWrittenWhileTheQueueIsBlocked() {
        enqueue(1, 101);
        half = Optional.of(new TopicRetention.Half(Optional.empty(), OptionalLong.of(150)));
        isBlocked = true;
        guard.check();
        guard.check();
        assertThat(written).containsExactly(id(1));

        isBlocked = false;
        writing.accept(0); // the task had ended meanwhile
        guard.check();
        assertThat(written).containsExactly(id(1), id(1));
    }

    @Test
    void nextBatchWaitsForTheAcknowledgementOfTheOneBefore() {
        for (int task = 1; task <= 250; task++) {
            enqueue(task, 100 + task);
        }
        half = Optional.of(new TopicRetention.Half(Optional.empty(), OptionalLong.of(10_000)));

        guard.check();
        guard.check();
        assertThat(written).hasSize(RetentionGuard.SMALLEST_BATCH);

        acknowledged = appended;
        guard.check();
        assertThat(written).hasSize(2 * RetentionGuard.SMALLEST_BATCH);
    }

    @Test
    void nothingIsWrittenWhereTheTopicKeepsEverythingOrItIsNotKnown() {
        enqueue(1, 101);
        time.advance(Duration.ofDays(1_000));
        guard.check();
        half = Optional.of(new TopicRetention.Half(Optional.empty(), OptionalLong.empty()));
        guard.check();

        assertThat(written).isEmpty();
    }

    @Test
    void bytesAreTranslatedByTheSizeOfThePartition() {
        // 1,000 offsets of 100 bytes; half of 40,000 bytes are the last 200 offsets
        assertThat(TopicRetention.halfOf(40_000, 100_000, 5_000, 6_000)).hasValue(5_800);
        assertThat(TopicRetention.halfOf(1_000_000, 100_000, 5_000, 6_000)).hasValue(5_000);
        assertThat(TopicRetention.halfOf(40_000, 0, 0, 0)).isEmpty();
    }

    private void enqueue(long task, long offset) {
        appended++;
        acknowledged++;
        offsets.acknowledged(
                ReplicationEvent.of(
                        "orders",
                        new SourceMetadata(new Position(20, appended), "peer", null, time.instant()),
                        TaskEvent.builder(
                                        EventKind.ENQUEUED,
                                        appended,
                                        time.instant(),
                                        new Task<>(id(task), 1, time.instant(), "payload"))
                                .build()),
                offset);
    }

    private static TaskId id(long number) {
        return new TaskId("orders", 20, number);
    }
}
