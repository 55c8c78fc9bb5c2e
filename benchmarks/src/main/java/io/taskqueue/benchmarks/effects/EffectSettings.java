package io.taskqueue.benchmarks.effects;

import io.taskqueue.sink.OnAmbiguity;
import java.time.Duration;
import java.util.Locale;

/** With which settings a sink runs its effects. */
public record EffectSettings(Duration commitInterval, OnAmbiguity<Void> onAmbiguity) {

    /** A sink's defaults. */
    public static final EffectSettings DEFAULT = withInterval(Duration.ofMillis(100));

    /** The defaults, with another commit interval. */
    public static EffectSettings withInterval(Duration commitInterval) {
        return new EffectSettings(commitInterval, OnAmbiguity.rerun());
    }

    /** The ambiguity policy, as in tables. */
    public String policy() {
        return onAmbiguity
                .getClass()
                .getSimpleName()
                .replaceAll("(?<=[a-z])(?=[A-Z])", "_")
                .toUpperCase(Locale.ROOT);
    }

    /** The commit interval, as in tables. */
    public String interval() {
        return commitInterval.toMillis() + " ms";
    }
}
