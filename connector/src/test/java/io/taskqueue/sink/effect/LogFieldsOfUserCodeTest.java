package io.taskqueue.sink.effect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.sink.EffectProbe;
import io.taskqueue.sink.Effects;
import io.taskqueue.sink.Events;
import io.taskqueue.sink.OnAmbiguity;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.sink.RetryPolicy;
import io.taskqueue.sink.local.LocalSinkRunner;
import io.taskqueue.sink.store.EffectStore;
import io.taskqueue.sink.store.MemoryEffectStore;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

/** Lines that the user's code logs have the fields of what it is called for, on whichever thread, and later ones have not. */
class LogFieldsOfUserCodeTest {

    private static final ReplicationEvent<String> EVENT = Events.enqueued("orders", 7, 3);

    private static final Map<String, String> OF_EVENT = Map.of(
            "sink", "billing", "queue", "orders", "epoch", "7", "sequence", "3", "task", "orders/7/3", "attempt", "1");

    private final Map<String, Map<String, String>> seen = new ConcurrentHashMap<>();
    private final ExecutorService threadOfTheSink = Executors.newSingleThreadExecutor();

    @AfterEach
    void end() {
        threadOfTheSink.shutdownNow();
        MDC.clear();
    }

    private void see(String place) {
        Map<String, String> fields = MDC.getCopyOfContextMap();
        seen.put(place, fields == null ? Map.of() : new TreeMap<>(fields));
    }

    private static Map<String, String> ofEffect(String effect) {
        Map<String, String> fields = new HashMap<>(OF_EVENT);
        fields.put("effect", effect);
        return fields;
    }

    private void run(EffectStore store, ReplicationSink<String> sink) throws InterruptedException {
        LocalSinkRunner.builder("billing", sink)
                .effects(store)
                .retry(new RetryPolicy(1, Duration.ofMillis(1), Duration.ofMillis(1), 0))
                .build()
                .run(List.of(EVENT));
    }

    @Test
    void anEventAndItsEffectsHaveTheirFields() throws InterruptedException {
        MDC.put("task", "of the application");
        MDC.put("request", "r-1");

        run(new MemoryEffectStore(), (event, effects) -> {
            see("before");
            effects.run("charge", key -> see("charge"));
            see("after");
        });

        Map<String, String> event = new HashMap<>(OF_EVENT);
        event.put("request", "r-1");
        Map<String, String> effect = new HashMap<>(event);
        effect.put("effect", "charge");
        assertThat(seen).isEqualTo(Map.of("before", event, "charge", effect, "after", event));
        assertThat(MDC.getCopyOfContextMap()).isEqualTo(Map.of("task", "of the application", "request", "r-1"));
    }

    @Test
    void anEffectOnAThreadOfTheSinkHasThemToo() throws InterruptedException {
        run(new MemoryEffectStore(), (event, effects) -> threadOfTheSink
                .submit(() -> {
                    MDC.put("queue", "of the thread");
                    effects.run("mail", key -> see("mail"));
                    see("after");
                    return null;
                })
                .get());

        assertThat(seen).isEqualTo(Map.of("mail", ofEffect("mail"), "after", Map.of("queue", "of the thread")));
    }

    @Test
    void aProbeHasThoseOfItsEffect() throws Exception {
        MemoryEffectStore store = new MemoryEffectStore();
        ReplicationSink<String> sink = (event, effects) -> charge(effects);
        assertThatThrownBy(() -> run(store, sink)).hasRootCauseInstanceOf(IOException.class);
        run(store, sink);

        assertThat(seen.get("probe")).isEqualTo(ofEffect("charge"));
    }

    private void charge(Effects effects) throws Exception {
        OnAmbiguity<Void> probe = OnAmbiguity.probe(key -> {
            see("probe");
            return EffectProbe.Answer.done(null);
        });
        effects.run("charge", probe, key -> {
            throw new IOException("no answer");
        });
    }

    @Test
    void anEffectThatFailsLeavesNothingBehind() {
        assertThatThrownBy(() -> run(new MemoryEffectStore(), (event, effects) -> {
                    try {
                        effects.run("charge", key -> {
                            throw new IOException("no answer");
                        });
                    } finally {
                        see("after");
                    }
                }))
                .hasRootCauseInstanceOf(IOException.class);

        assertThat(seen.get("after")).isEqualTo(OF_EVENT);
        assertThat(Objects.requireNonNullElse(MDC.getCopyOfContextMap(), Map.of()))
                .isEmpty();
    }
}
