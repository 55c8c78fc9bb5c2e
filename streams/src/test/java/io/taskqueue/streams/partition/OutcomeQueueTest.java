package io.taskqueue.streams.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.event.Position;
import io.taskqueue.sink.EffectKey;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class OutcomeQueueTest {

    private static final Outcome OUTCOME =
            new Outcome.Withdrawn(new EffectKey("s", 0, "orders", new Position(1, 1), "call"));

    private final OutcomeQueue outcomes = new OutcomeQueue();

    @Test
    void theStreamThreadIsWokenOnceThereAreAsManyAsItWaitsFor() throws Exception {
        CompletableFuture<Integer> found = new CompletableFuture<>();
        Thread waiting = new Thread(() -> {
            try {
                long left = outcomes.awaitSome(3, Duration.ofMinutes(1).toNanos());
                found.complete(left > 0 ? outcomes.takeAll().size() : -1);
            } catch (InterruptedException e) {
                found.completeExceptionally(e);
            }
        });
        waiting.start();
        outcomes.add(OUTCOME);
        outcomes.add(OUTCOME);
        assertThat(found).isNotDone();
        outcomes.add(OUTCOME);

        assertThat(found.get(30, TimeUnit.SECONDS)).isEqualTo(3);
        waiting.join();
    }

    @Test
    void itWaitsNoLongerThanItsTimeForFewer() throws Exception {
        outcomes.add(OUTCOME);

        assertThat(outcomes.awaitSome(2, Duration.ofMillis(5).toNanos())).isNotPositive();
        assertThat(outcomes.takeAll()).hasSize(1);
        assertThat(outcomes.takeAll()).isEmpty();
    }

    @Test
    void itDoesNotWaitForWhatIsThereAlready() throws Exception {
        outcomes.add(OUTCOME);
        outcomes.add(OUTCOME);

        assertThat(outcomes.awaitSome(2, Duration.ofMinutes(1).toNanos())).isPositive();
    }
}
