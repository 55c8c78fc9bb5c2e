package io.taskqueue.console.sinks;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.console.model.ViewProgress;
import io.taskqueue.console.model.ViewProgress.State;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever a round of the index throws ends that round, and not the index. */
class IndexOutlastsErrorsTest {

    @TempDir
    Path directory;

    @Test
    void anErrorIsReportedAndTheIndexIsCurrentOnceItEnds() throws Exception {
        FollowedCluster cluster = new FollowedCluster(directory);
        SettableQueues queues = new SettableQueues();
        cluster.dispatcher("orders").enqueue("one");
        cluster.commitAs("billing");
        try (TopicSinkIndex index = TopicSinkIndex.builder(cluster.kafka(), queues)
                .interval(Duration.ofMillis(100))
                .start()) {
            await(index, State.CURRENT);

            queues.fail(new NoClassDefFoundError("org/example/Missing"));
            await(index, State.DISCONNECTED);
            assertThat(index.progress().problem())
                    .isEqualTo("java.lang.NoClassDefFoundError: org/example/Missing. This is a defect.");
            assertThat(index.sinks()).as("what was read before").hasSize(1);

            queues.fail(null);
            await(index, State.CURRENT);
            assertThat(index.progress().problem()).isNull();
        } finally {
            cluster.stop();
        }
    }

    private static void await(TopicSinkIndex index, State state) {
        Awaitility.await()
                .atMost(FollowedCluster.PATIENCE)
                .until(index::progress, (ViewProgress progress) -> progress.state() == state);
    }
}
