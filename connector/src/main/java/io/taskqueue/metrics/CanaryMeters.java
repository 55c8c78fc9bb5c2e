package io.taskqueue.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;

/**
 * The meters of a canary, which enqueues a synthetic task again and again and measures how long each takes. Thread-safe.
 *
 * <p>All of them exist from the start; the gauge shows the subject that was registered last and is removed by {@link #close}.
 */
public final class CanaryMeters implements AutoCloseable {

    /** Timer; tag queue: from {@code enqueue} until the task is confirmed: on Kafka, and in front of every later owner's claim. */
    public static final String DURABLE = "taskqueue.canary.durable";
    /** Timer; tag queue: from {@code enqueue} until a worker has leased the task. */
    public static final String LEASED = "taskqueue.canary.leased";
    /** Timer; tag queue: from {@code enqueue} until the worker has completed the task. */
    public static final String COMPLETED = "taskqueue.canary.completed";
    /** Timer; tag queue: from {@code enqueue} until the sink has run the effect of the task's completion. */
    public static final String EFFECT = "taskqueue.canary.effect";
    /** Counter; tags queue, result (done, failed, skipped): probes that have ended. */
    public static final String PROBES = "taskqueue.canary.probes";
    /** Counter; tags queue, stage (durable, leased, completed, effect): probes that took too long, by the first stage that they lacked. */
    public static final String OVERDUE = "taskqueue.canary.overdue";
    /** Gauge; tag queue: probes that have not ended. */
    public static final String OUTSTANDING = "taskqueue.canary.outstanding";

    /** What a probe reaches, in the order of the path of a task; each is measured from {@code enqueue}. */
    public enum Stage {
        DURABLE(CanaryMeters.DURABLE, "From enqueue until the task is confirmed"),
        LEASED(CanaryMeters.LEASED, "From enqueue until a worker has leased the task"),
        COMPLETED(CanaryMeters.COMPLETED, "From enqueue until the worker has completed the task"),
        EFFECT(CanaryMeters.EFFECT, "From enqueue until the sink has run the effect of the task");

        private final String meter;
        private final String description;

        Stage(String meter, String description) {
            this.meter = meter;
            this.description = description;
        }
    }

    /** How a probe ended, as the tag {@code result}. */
    public enum Ended {
        /** It reached every stage. */
        DONE,
        /** It was refused by the queue, or was given up. */
        FAILED,
        /** It was not begun, because too many had not ended. */
        SKIPPED
    }

    /** The upper bounds of the buckets of the timers. */
    private static final Duration[] BUCKETS = {
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofMillis(2_500),
        Duration.ofSeconds(5),
        Duration.ofSeconds(10),
        Duration.ofSeconds(30),
        Duration.ofSeconds(60)
    };

    private static final MeterDefinition NOT_ENDED =
            new MeterDefinition(OUTSTANDING, "Probes that have not ended", "probes");

    private final Tags tags;
    private final LiveGauges gauges;
    private final Map<Stage, Timer> timers = new EnumMap<>(Stage.class);
    private final Map<Stage, Counter> overdue = new EnumMap<>(Stage.class);
    private final Map<Ended, Counter> ended = new EnumMap<>(Ended.class);

    public CanaryMeters(MeterRegistry registry, String queue) {
        this.tags = Tags.of("queue", queue);
        this.gauges = new LiveGauges(registry);
        for (Stage stage : Stage.values()) {
            timers.put(
                    stage,
                    Timer.builder(stage.meter)
                            .description(stage.description)
                            .tags(tags)
                            .serviceLevelObjectives(BUCKETS)
                            .register(registry));
            overdue.put(
                    stage,
                    Counter.builder(OVERDUE)
                            .description("Probes that took too long, by the first stage that they lacked")
                            .tags(tags.and("stage", stage.name().toLowerCase(Locale.ROOT)))
                            .register(registry));
        }
        for (Ended end : Ended.values()) {
            ended.put(
                    end,
                    Counter.builder(PROBES)
                            .description("Probes that have ended, by their result")
                            .tags(tags.and("result", end.name().toLowerCase(Locale.ROOT)))
                            .register(registry));
        }
    }

    /** The timer of a stage. */
    public Timer timer(Stage stage) {
        return Objects.requireNonNull(timers.get(stage));
    }

    /** The counter of probes that took too long to reach a stage. */
    public Counter overdue(Stage stage) {
        return Objects.requireNonNull(overdue.get(stage));
    }

    /** The counter of probes that ended so. */
    public Counter ended(Ended end) {
        return Objects.requireNonNull(ended.get(end));
    }

    /** Shows how many probes have not ended; the subject is referenced weakly. */
    public <S> void outstanding(S subject, ToDoubleFunction<S> probes) {
        gauges.register(NOT_ENDED, tags, subject, probes);
    }

    /** Removes the gauge. A second call does nothing. */
    @Override
    public void close() {
        gauges.close();
    }
}
