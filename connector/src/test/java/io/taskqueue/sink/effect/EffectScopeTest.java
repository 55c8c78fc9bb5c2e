package io.taskqueue.sink.effect;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What each call does in each phase of a scope. */
class EffectScopeTest {

    private final EffectScope scope = new EffectScope();

    @AfterEach
    void clearInterruption() {
        Thread.interrupted();
    }

    @Test
    void openScopeStartsEachEffectOnceAtATime() {
        assertThat(scope.isOpen()).isTrue();
        assertThat(scope.isClosed()).isFalse();
        assertThat(scope.start("mail")).isTrue();
        assertThat(scope.start("mail")).isFalse();
        scope.end("mail");
        assertThat(scope.start("mail")).isTrue();
    }

    @Test
    void sealedScopeStartsNothingAndStillRecords() {
        scope.start("mail");
        assertThat(scope.seal()).containsExactly("mail");
        assertThat(scope.isOpen()).isFalse();
        assertThat(scope.isClosed()).isFalse();
        assertThat(scope.start("charge")).isFalse();
        scope.end("mail");
        assertThat(scope.seal()).isEmpty();
    }

    @Test
    void closedScopeStartsAndRecordsNothingAndStaysClosed() {
        scope.start("mail");
        scope.close();
        assertThat(scope.isClosed()).isTrue();
        assertThat(scope.start("charge")).isFalse();
        assertThat(scope.seal()).containsExactly("mail");
        assertThat(scope.isClosed()).as("after seal").isTrue();
    }

    @Test
    void waitEndsWithTheLastRunningEffect() throws Exception {
        scope.start("mail");
        scope.start("charge");
        var waiting = CompletableFuture.runAsync(() -> scope.sealAndWait(interrupted -> false));
        scope.end("mail");
        assertThat(waiting).isNotDone();
        scope.end("charge");
        waiting.get(60, TimeUnit.SECONDS);
        assertThat(scope.seal()).isEmpty();
    }

    @Test
    void waitDoesNotBlockIfNothingRuns() {
        scope.sealAndWait(interrupted -> false);
        assertThat(scope.isOpen()).isFalse();
    }

    @Test
    void abandonedWaitKeepsTheInterruptStatus() {
        scope.start("mail");
        Thread.currentThread().interrupt();
        scope.sealAndWait(interrupted -> interrupted);
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
        assertThat(scope.seal()).containsExactly("mail");
    }
}
