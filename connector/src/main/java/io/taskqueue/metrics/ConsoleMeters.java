package io.taskqueue.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.function.ToDoubleFunction;

/** The meters of a console: how current what it shows is. Its gauges are removed by {@link #close}. Thread-safe. */
public final class ConsoleMeters implements AutoCloseable {

    /** Gauge; tag console: records of the event topic that its view does not contain yet. */
    public static final String BEHIND = "taskqueue.console.behind";
    /** Gauge; tags console, index (queues, sinks): 1 if what it shows is current, 0 otherwise. */
    public static final String CURRENT = "taskqueue.console.current";

    private static final MeterDefinition RECORDS =
            new MeterDefinition(BEHIND, "Records of the event topic that the view does not contain yet", "records");
    private static final MeterDefinition STATE =
            new MeterDefinition(CURRENT, "Whether what the console shows is current", null);

    private final Tags tags;
    private final LiveGauges gauges;

    /** @param console its name */
    public ConsoleMeters(MeterRegistry registry, String console) {
        this.tags = Tags.of("console", console);
        this.gauges = new LiveGauges(registry);
    }

    /** Shows how many records the view is behind; the subject is referenced weakly. */
    public <S> void behind(S subject, ToDoubleFunction<S> records) {
        gauges.register(RECORDS, tags, subject, records);
    }

    /** Shows whether an index is current; the subject is referenced weakly. */
    public <S> void current(String index, S subject, ToDoubleFunction<S> current) {
        gauges.register(STATE, tags.and("index", index), subject, current);
    }

    /** Removes the gauges. A second call does nothing. */
    @Override
    public void close() {
        gauges.close();
    }
}
