package io.taskqueue.console.topology;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class RestoreProgressTest {

    private static final TopicPartition FIRST = new TopicPartition("changelog", 0);
    private static final TopicPartition SECOND = new TopicPartition("changelog", 1);

    private final RestoreProgress progress = new RestoreProgress();

    @Test
    void theShareThatIsRestoredIsOfAllPartitionsThatAre() {
        assertThat(progress.active()).isFalse();
        progress.onRestoreStart(FIRST, "view", 100, 400);
        progress.onRestoreStart(SECOND, "view", 0, 100);
        assertThat(progress.active()).isTrue();
        assertThat(progress.done()).isZero();

        progress.onBatchRestored(FIRST, "view", 199, 100);
        progress.onBatchRestored(SECOND, "view", 99, 100);
        assertThat(progress.done()).isEqualTo(0.5);

        progress.onRestoreEnd(SECOND, "view", 100);
        assertThat(progress.done()).isEqualTo(100 / 300.0);
        progress.onRestoreEnd(FIRST, "view", 300);
        assertThat(progress.active()).isFalse();
        assertThat(progress.done()).isEqualTo(1);
    }

    @Test
    void aRestorationThatIsGivenUpIsNotWaitedFor() {
        progress.onRestoreStart(FIRST, "view", 0, 100);
        progress.onRestoreSuspended(FIRST, "view", 10);
        assertThat(progress.active()).isFalse();

        progress.onRestoreStart(FIRST, "view", 0, 100);
        progress.clear();
        assertThat(progress.active()).isFalse();
    }
}
