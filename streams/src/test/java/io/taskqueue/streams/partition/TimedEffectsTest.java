package io.taskqueue.streams.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.SourceMetadata;
import io.taskqueue.sink.EffectMode;
import io.taskqueue.sink.Effects;
import io.taskqueue.sink.OnAmbiguity;
import io.taskqueue.sink.OnPermanent;
import io.taskqueue.sink.effect.EffectRules;
import io.taskqueue.sink.effect.RecordedEffects;
import io.taskqueue.sink.store.MemoryEffectStore;
import io.taskqueue.streams.status.LatencyHistogram;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class TimedEffectsTest {

    private static final ReplicationEvent<String> EVENT = ReplicationEvent.sourceStarted(
            "orders", new SourceMetadata(new Position(1, 0), "test", null, Instant.EPOCH), new UUID(1, 2));

    private final LatencyHistogram latency = new LatencyHistogram();
    private final MemoryEffectStore store = new MemoryEffectStore();
    private long nanos = Long.MAX_VALUE - 10;

    @Test
    void everyActionIsCountedOnceAndARecordedResultNotAtAll() throws Exception {
        try (RecordedEffects recorded = effects()) {
            Effects effects = new TimedEffects(recorded, new AtomicInteger(), latency, () -> nanos);
            assertThat(effects.capture("a", String.class, key -> pass("a"))).isEqualTo("a");
            assertThat(effects.capture("b", String.class, OnAmbiguity.assumeDone("b"), key -> pass("b")))
                    .isEqualTo("b");
            effects.run("c", key -> pass("c"));
            effects.run("d", OnAmbiguity.rerun(), key -> pass("d"));
            assertThatThrownBy(() -> effects.run("e", key -> {
                        pass("e");
                        throw new IOException("refused");
                    }))
                    .isInstanceOf(IOException.class);
        }
        try (RecordedEffects recorded = effects()) {
            Effects effects = new TimedEffects(recorded, new AtomicInteger(), latency, () -> nanos);
            assertThat(effects.capture("a", String.class, key -> pass("never"))).isEqualTo("a");
        }

        int bucketOf10Millis = latency.counts().upperMillis().indexOf(10.0);
        assertThat(latency.counts().counts().get(bucketOf10Millis)).isEqualTo(5);
        assertThat(latency.counts().counts().stream().mapToLong(Long::longValue).sum())
                .isEqualTo(5);
    }

    private String pass(String result) {
        nanos += Duration.ofMillis(10).toNanos();
        return result;
    }

    private RecordedEffects effects() {
        return new RecordedEffects(
                "billing", 0, EVENT, store, EffectMode.RUN, new EffectRules(failure -> false, OnPermanent.RECORD));
    }
}
