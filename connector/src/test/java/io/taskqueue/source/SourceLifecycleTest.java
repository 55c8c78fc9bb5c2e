package io.taskqueue.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.queue.Ticker;
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
        lifecycle.acknowledged();
        assertThat(lifecycle.outage()).isEmpty();

        lifecycle.retrying("first");
        lifecycle.retrying("second");

        assertThat(lifecycle.standing())
                .isEqualTo(new SourceLifecycle.Standing(SourceState.RETRYING, NOON, Optional.of("first")));
        assertThat(lifecycle.lastError()).contains("second");
        lifecycle.diagnosed("no broker answers");
        assertThat(lifecycle.standing().reason()).contains("no broker answers");
        lifecycle.acknowledged();
        lifecycle.diagnosed("too late");
        assertThat(lifecycle.standing())
                .isEqualTo(new SourceLifecycle.Standing(SourceState.RUNNING, NOON, Optional.empty()));
        assertThat(lifecycle.lastError()).contains("no broker answers");
    }

    @Test
    void outageOfTheRegistryEndsWhenItIsReadAndOneOfBothWhenBothEnd() {
        SourceLifecycle lifecycle = lifecycle();
        lifecycle.registryUnreadable("the registry");
        lifecycle.acknowledged();
        assertThat(lifecycle.standing().reason()).contains("the registry");
        lifecycle.registryRead(false);
        assertThat(state(lifecycle)).isEqualTo(SourceState.RUNNING);

        lifecycle.retrying("no broker");
        lifecycle.registryUnreadable("the registry");
        lifecycle.acknowledged();
        assertThat(state(lifecycle)).isEqualTo(SourceState.RETRYING);
        lifecycle.registryRead(false);
        assertThat(state(lifecycle)).isEqualTo(SourceState.RUNNING);
    }

    @Test
    void outageOfTheRegistryDoesNotEndWhileEventsWait() {
        SourceLifecycle lifecycle = lifecycle();
        lifecycle.registryUnreadable("no broker");
        lifecycle.registryRead(true);
        assertThat(state(lifecycle)).isEqualTo(SourceState.RETRYING);

        lifecycle.acknowledged();
        assertThat(state(lifecycle)).isEqualTo(SourceState.RUNNING);
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
    void lateOutageBeganWhenTheLastAcknowledgementWas() {
        SourceLifecycle lifecycle = lifecycle();

        lifecycle.late(Duration.ofSeconds(6), "nothing is acknowledged");

        assertThat(lifecycle.standing())
                .isEqualTo(new SourceLifecycle.Standing(
                        SourceState.RETRYING, NOON.minusSeconds(6), Optional.of("nothing is acknowledged")));
    }

    private static SourceLifecycle lifecycle() {
        return new SourceLifecycle(Clock.fixed(NOON, ZoneOffset.UTC), Ticker.system());
    }

    private static SourceState state(SourceLifecycle lifecycle) {
        return lifecycle.standing().state();
    }
}
