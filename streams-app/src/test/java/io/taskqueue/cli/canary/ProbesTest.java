package io.taskqueue.cli.canary;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.taskqueue.metrics.CanaryMeters;
import io.taskqueue.metrics.CanaryMeters.Ended;
import io.taskqueue.metrics.CanaryMeters.Stage;
import io.taskqueue.streams.status.EffectLatency;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProbesTest {

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final CanaryMeters meters = new CanaryMeters(registry, "canary");
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1); // a ticker may overflow
    private final Probes probes = new Probes(meters, nanos::get, Duration.ofSeconds(30));

    @Test
    void eachStageHasAHistogramForTheReportOfTheSink() {
        probes.begin("a");
        pass(Duration.ofMillis(20));
        probes.reached("a", Stage.LEASED);

        assertThat(probes.latencies()).containsOnlyKeys("durable", "leased", "completed", "effect");
        assertThat(total(probes.latencies().get("leased"))).isEqualTo(1);
        assertThat(total(probes.latencies().get("effect"))).isZero();
    }

    private static long total(EffectLatency latency) {
        return latency.counts().stream().mapToLong(Long::longValue).sum();
    }

    @Test
    void eachStageIsMeasuredFromEnqueue() {
        probes.begin("a");
        pass(Duration.ofMillis(20));
        probes.reached("a", Stage.LEASED);
        probes.reached("a", Stage.COMPLETED);
        pass(Duration.ofMillis(30));
        probes.reached("a", Stage.DURABLE);
        pass(Duration.ofMillis(50));
        probes.reached("a", Stage.EFFECT);

        assertThat(millis(Stage.LEASED)).isEqualTo(20);
        assertThat(millis(Stage.COMPLETED)).isEqualTo(20);
        assertThat(millis(Stage.DURABLE)).isEqualTo(50);
        assertThat(millis(Stage.EFFECT)).isEqualTo(100);
        assertThat(probes.counts()).isEqualTo(new Probes.Counts(1, 0, 0, 0, 0));
        assertThat(meters.ended(Ended.DONE).count()).isEqualTo(1);
        assertThat(probes.failure()).isEmpty();
    }

    @Test
    void aStageThatIsReportedLastEndsTheProbe() {
        probes.begin("a");
        reach("a", Stage.DURABLE, Stage.LEASED, Stage.EFFECT);
        assertThat(probes.counts().done()).isZero();

        reach("a", Stage.COMPLETED);

        assertThat(probes.counts().done()).isEqualTo(1);
    }

    @Test
    void aStageIsMeasuredOnce() {
        probes.begin("a");

        reach("a", Stage.EFFECT, Stage.EFFECT);
        reach("of an earlier process", Stage.EFFECT);

        assertThat(meters.timer(Stage.EFFECT).count()).isEqualTo(1);
    }

    @Test
    void aProbeIsOverdueOnceByTheFirstStageThatItLacks() {
        probes.begin("a");
        probes.begin("b");
        reach("a", Stage.LEASED, Stage.COMPLETED);
        reach("b", Stage.DURABLE, Stage.LEASED, Stage.COMPLETED);
        pass(Duration.ofSeconds(29));
        probes.check();
        assertThat(probes.overdue()).isEmpty();

        pass(Duration.ofSeconds(1));
        probes.check();
        probes.check();

        assertThat(meters.overdue(Stage.DURABLE).count()).isEqualTo(1);
        assertThat(meters.overdue(Stage.EFFECT).count()).isEqualTo(1);
        assertThat(probes.counts()).isEqualTo(new Probes.Counts(0, 0, 0, 2, 2));
        assertThat(probes.failure())
                .contains(
                        "2 probes are overdue: the oldest was enqueued 30s ago, and Kafka has not confirmed its task");
    }

    @Test
    void overdueProbesThatEndAreNoFailure() {
        probes.begin("a");
        reach("a", Stage.DURABLE, Stage.LEASED, Stage.COMPLETED);
        pass(Duration.ofSeconds(31));
        probes.check();
        assertThat(probes.failure())
                .contains("1 probe is overdue: the oldest was enqueued 31s ago, and the sink has not run its effect");

        reach("a", Stage.EFFECT);

        assertThat(probes.failure()).isEmpty();
        assertThat(probes.counts()).isEqualTo(new Probes.Counts(1, 0, 0, 1, 0));
    }

    @Test
    void whatAnOverdueProbeWaitsForIsNamed() {
        probes.begin("a");
        probes.reached("a", Stage.DURABLE);
        pass(Duration.ofSeconds(30));
        probes.check();
        assertThat(probes.overdue()).get().asString().endsWith(", and no worker has leased its task");

        probes.reached("a", Stage.LEASED);

        assertThat(probes.overdue()).get().asString().endsWith(", and the worker has not completed its task");
    }

    @Test
    void beforeTheFirstProbeHasEndedItIsNotKnownWhetherTheyArrive() {
        assertThat(probes.failure()).contains("no probe has ended yet");
        assertThat(probes.overdue()).isEmpty();
    }

    @Test
    void oneThatNeverEndsIsGivenUp() {
        probes.begin("lost");
        pass(Duration.ofSeconds(299));
        probes.check();
        assertThat(probes.counts().outstanding()).isEqualTo(1);

        pass(Duration.ofSeconds(1));
        probes.check();

        assertThat(probes.counts()).isEqualTo(new Probes.Counts(0, 1, 0, 1, 0));
        assertThat(meters.ended(Ended.FAILED).count()).isEqualTo(1);
        reach("lost", Stage.EFFECT);
        assertThat(meters.timer(Stage.EFFECT).count()).isZero();
    }

    @Test
    void outstandingProbesAreBounded() {
        for (int i = 0; i < Probes.MOST; i++) {
            assertThat(probes.begin("probe " + i)).isTrue();
        }

        assertThat(probes.begin("one more")).isFalse();

        assertThat(probes.counts()).isEqualTo(new Probes.Counts(0, 0, 1, 0, Probes.MOST));
        assertThat(meters.ended(Ended.SKIPPED).count()).isEqualTo(1);
        assertThat(registry.get(CanaryMeters.OUTSTANDING).gauge().value()).isEqualTo(Probes.MOST);
        probes.refused("probe 0");
        assertThat(probes.begin("one more")).isTrue();
        assertThat(probes.counts().failed()).isEqualTo(1);
    }

    private void reach(String id, Stage... stages) {
        for (Stage stage : stages) {
            probes.reached(id, stage);
        }
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    private double millis(Stage stage) {
        return meters.timer(stage).totalTime(TimeUnit.MILLISECONDS);
    }
}
