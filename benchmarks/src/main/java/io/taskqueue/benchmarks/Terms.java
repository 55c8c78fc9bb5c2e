package io.taskqueue.benchmarks;

import io.taskqueue.sink.OnAmbiguity;
import java.time.Duration;
import java.util.Locale;

/** On what terms a sink runs its effects. */
record Terms(Duration commitInterval, OnAmbiguity<Void> onAmbiguity) {

    /** A sink's own. */
    static final Terms DEFAULT = at(Duration.ofMillis(100));

    /** At a commit interval, otherwise a sink's own. */
    static Terms at(Duration commitInterval) {
        return new Terms(commitInterval, OnAmbiguity.rerun());
    }

    String policy() {
        return onAmbiguity
                .getClass()
                .getSimpleName()
                .replaceAll("(?<=[a-z])(?=[A-Z])", "_")
                .toUpperCase(Locale.ROOT);
    }

    String interval() {
        return commitInterval.toMillis() + " ms";
    }
}
