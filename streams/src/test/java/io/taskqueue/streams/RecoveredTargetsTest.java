package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.sink.BreakerPolicy;
import io.taskqueue.sink.EffectProbe.Answer;
import io.taskqueue.sink.OnAmbiguity;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.sink.RetryPolicy;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecoveredTargetsTest {

    @Test
    void anActionThatSucceedsAfterAProbeIsASuccess(@TempDir Path directory) {
        AtomicBoolean unavailable = new AtomicBoolean(true);
        AtomicInteger successes = new AtomicInteger();
        AtomicBoolean together = new AtomicBoolean();
        CountDownLatch two = new CountDownLatch(2);
        ReplicationSink<String> probing = (event, effects) ->
                effects.capture("call", String.class, OnAmbiguity.probe(key -> Answer.notDone()), key -> {
                    if (unavailable.get()) {
                        throw new IOException("the target is unavailable");
                    }
                    if (successes.incrementAndGet() > 1) {
                        two.countDown();
                        if (two.await(30, TimeUnit.SECONDS)) {
                            together.set(true);
                        }
                    }
                    return "ok";
                });
        try (SinkDriver sink = new SinkDriver(directory, probing, builder -> builder.retry(
                        new RetryPolicy(1_000, Duration.ofMillis(1), Duration.ofMillis(1), 0))
                .breaker(new BreakerPolicy(4, 4, Duration.ofMillis(20), Duration.ofMillis(20))))) {
            for (int task = 1; task <= 4; task++) {
                sink.event(task);
            }
            sink.until(() -> assertThat(sink.sink.breaker().waiting()).isPresent());
            unavailable.set(false);
            sink.settle();
            assertThat(successes).hasValue(4);
            assertThat(together)
                    .as("after the first success all continue concurrently")
                    .isTrue();
            assertThat(sink.sink.breaker().waiting()).isEmpty();
        }
    }
}
