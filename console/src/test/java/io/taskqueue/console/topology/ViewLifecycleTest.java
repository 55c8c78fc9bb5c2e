package io.taskqueue.console.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.console.topology.ViewLifecycle.Ending;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ViewLifecycleTest {

    private final ViewLifecycle lifecycle = new ViewLifecycle();

    @Test
    void aViewThatEndedStartsAgain() {
        assertThat(lifecycle.started()).isTrue();
        assertThat(lifecycle.running()).isTrue();
        assertThat(lifecycle.end(Ending.RESET, "another topic")).isTrue();
        assertThat(lifecycle.running()).isFalse();
        assertThat(lifecycle.ending()).isEqualTo(Ending.RESET);
        assertThat(lifecycle.reason()).isEqualTo("another topic");

        assertThat(lifecycle.started()).as("before it may").isFalse();
        assertThat(lifecycle.again()).isTrue();
        assertThat(lifecycle.started()).isTrue();
    }

    @Test
    void onlyTheFirstReasonCounts() {
        assertThat(lifecycle.started()).isTrue();
        assertThat(lifecycle.end(Ending.FAILED, "first")).isTrue();

        assertThat(lifecycle.end(Ending.RESET, "second")).isFalse();

        assertThat(lifecycle.ending()).isEqualTo(Ending.FAILED);
        assertThat(lifecycle.reason()).isEqualTo("first");
    }

    @Test
    void aCommitIsUselessOnlyWhereTheTopicIsGoneOrTheViewIsBuiltAgain() {
        for (Ending ending : Ending.values()) {
            assertThat(lifecycle.started()).isTrue();
            assertThat(lifecycle.commitIsUseless()).as("before %s", ending).isFalse();

            assertThat(lifecycle.end(ending, "reason")).isTrue();

            assertThat(lifecycle.commitIsUseless())
                    .as("%s", ending)
                    .isEqualTo(ending == Ending.TOPIC_GONE || ending == Ending.RESET);
            assertThat(lifecycle.again()).isTrue();
        }
        assertThat(lifecycle.started()).isTrue();
        assertThat(lifecycle.close()).isTrue();
        assertThat(lifecycle.commitIsUseless()).as("closed by its user").isFalse();
    }

    @Test
    void aViewMayFailBeforeItRuns() {
        assertThat(lifecycle.end(Ending.FAILED, "no permission")).isTrue();
        assertThat(lifecycle.again()).isTrue();
    }

    @Test
    void aClosedViewDoesNotStartAgain() {
        assertThat(lifecycle.close()).as("it did not run").isFalse();

        assertThat(lifecycle.closed()).isTrue();
        assertThat(lifecycle.started()).isFalse();
        assertThat(lifecycle.again()).isFalse();
        assertThat(lifecycle.end(Ending.RESTART, "late")).isFalse();
    }

    @Test
    void whoWaitsForTheEndOfARunIsWokenByAnEndAndByAClose() throws Exception {
        assertThat(lifecycle.started()).isTrue();
        CompletableFuture<Void> waiting = CompletableFuture.runAsync(this::awaitEnd);
        assertThat(lifecycle.end(Ending.RESTART, "changed")).isTrue();
        waiting.get(30, TimeUnit.SECONDS);

        assertThat(lifecycle.again()).isTrue();
        assertThat(lifecycle.started()).isTrue();
        waiting = CompletableFuture.runAsync(this::awaitEnd);
        assertThat(lifecycle.close()).isTrue();
        waiting.get(30, TimeUnit.SECONDS);
    }

    private void awaitEnd() {
        try {
            lifecycle.awaitEnd();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
