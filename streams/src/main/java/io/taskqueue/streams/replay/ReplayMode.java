package io.taskqueue.streams.replay;

import java.util.Arrays;
import java.util.Optional;

/** What a replay does with effects. In any mode, an effect that has a recorded result under its key does not run. */
public enum ReplayMode {
    /** Nothing runs; an effect without a result is counted as missing. The mode of every replay for which no mode was chosen. */
    RECORDED_ONLY("recorded-only"),
    /** An effect without a result runs, under the generation of keys that its event has. */
    FILL_GAPS("fill-gaps"),
    /** Every effect of the selected events runs again, under a new generation of keys; the old results stay. */
    RERUN("rerun");

    private final String text;

    ReplayMode(String text) {
        this.text = text;
    }

    /** The name on the command line and on the control topic. */
    public String text() {
        return text;
    }

    /** The mode of that name, or empty where there is none. */
    public static Optional<ReplayMode> ofText(String text) {
        return Arrays.stream(values()).filter(mode -> mode.text.equals(text)).findFirst();
    }

    /** The name on the command line. */
    @Override
    public String toString() {
        return text;
    }
}
