package io.taskqueue.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.source.publish.EventBuffer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class SourceLifecycleTest {

    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");

    private static final Map<String, Consumer<SourceLifecycle>> PHASES = Map.of(
            "open", lifecycle -> {},
            "closing", SourceLifecycle::close,
            "closed",
                    lifecycle -> {
                        lifecycle.close();
                        lifecycle.closed();
                    },
            "fenced", lifecycle -> lifecycle.fence("claimed by peer-b"),
            "failed", lifecycle -> lifecycle.fail("codec"));

    private static final Map<String, Function<SourceLifecycle, Boolean>> CALLS = Map.of(
            "closed", SourceLifecycle::closed,
            "fence", lifecycle -> lifecycle.fence("claimed by peer-c"),
            "fail", lifecycle -> lifecycle.fail("codec again"));

    private static final Map<String, List<String>> ALLOWED = Map.of(
            "open", List.of("fence", "fail"),
            "closing", List.of("closed", "fence", "fail"),
            "closed", List.of(),
            "fenced", List.of(),
            "failed", List.of());

    @Test
    void onlyTheDrawnTransitionsChangeTheState() {
        PHASES.forEach((phase, reach) -> CALLS.forEach((name, call) -> {
            SourceLifecycle lifecycle = lifecycle();
            reach.accept(lifecycle);
            SourceState before = state(lifecycle);
            boolean allowed = ALLOWED.get(phase).contains(name);

            assertThat(call.apply(lifecycle)).as("%s when %s", name, phase).isEqualTo(allowed);
            assertThat(state(lifecycle) != before).as("%s when %s", name, phase).isEqualTo(allowed);
        }));
    }

    @Test
    void threadsAreReleasedOnceAlsoWhenTheSourceHasEnded() {
        PHASES.forEach((phase, reach) -> {
            SourceLifecycle lifecycle = lifecycle();
            reach.accept(lifecycle);
            boolean closeWasCalled = phase.startsWith("clos");

            assertThat(lifecycle.close()).as(phase).isEqualTo(!closeWasCalled);
            assertThat(lifecycle.close()).as(phase).isFalse();
        });
    }

    @Test
    void outageLastsFromItsFirstErrorToTheNextAcknowledgement() {
        SourceLifecycle lifecycle = lifecycle();
        assertThat(lifecycle.acknowledged()).isFalse();

        lifecycle.retrying("first");
        lifecycle.retrying("second");

        assertThat(state(lifecycle)).isEqualTo(SourceState.RETRYING);
        assertThat(lifecycle.lastError()).contains("second");
        assertThat(lifecycle.acknowledged()).isTrue();
        assertThat(lifecycle.acknowledged()).isFalse();
        assertThat(state(lifecycle)).isEqualTo(SourceState.RUNNING);
        assertThat(lifecycle.lastError()).contains("second");
    }

    @Test
    void outageEndsNoEndedState() {
        SourceLifecycle lifecycle = lifecycle();
        lifecycle.retrying("away");
        lifecycle.fence("claimed by peer-b");

        lifecycle.acknowledged();

        assertThat(state(lifecycle)).isEqualTo(SourceState.FENCED);
        assertThat(lifecycle.lastError()).contains("claimed by peer-b");
    }

    @Test
    void eventThatWaitsLongerThanFiveSecondsIsAnOutage() {
        SourceLifecycle lifecycle = lifecycle();
        Instant since = NOON.minusSeconds(60);

        assertThat(lifecycle.standing(Optional.of(new EventBuffer.Waiting(since, Duration.ofSeconds(5)))))
                .isEqualTo(new SourceLifecycle.Standing(SourceState.RUNNING, NOON));
        assertThat(lifecycle.standing(Optional.of(new EventBuffer.Waiting(since, Duration.ofMillis(5_001)))))
                .isEqualTo(new SourceLifecycle.Standing(SourceState.RETRYING, since));
    }

    private static SourceLifecycle lifecycle() {
        return new SourceLifecycle(Clock.fixed(NOON, ZoneOffset.UTC));
    }

    private static SourceState state(SourceLifecycle lifecycle) {
        return lifecycle.standing(Optional.empty()).state();
    }
}
