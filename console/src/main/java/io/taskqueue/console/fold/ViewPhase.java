package io.taskqueue.console.fold;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** Where a task is, after its newest event: the phases of {@link io.taskqueue.fold.TaskPhase}, and completed, which the view shows for a while. */
public enum ViewPhase {
    PENDING(1, true),
    DELAYED(2, true),
    LEASED(3, true),
    HANDED_OVER(4, true),
    DEAD(5, false),
    DRAINED(6, false),
    COMPLETED(7, false);

    /** One more than the highest code. */
    static final int CODES = 8;

    private final byte code;
    private final boolean live;

    ViewPhase(int code, boolean live) {
        this.code = (byte) code;
        this.live = live;
    }

    /** Its number in the store. */
    byte code() {
        return code;
    }

    /** Whether the queue still has to finish the task. Tasks in other phases have ended, and are kept up to a bound. */
    public boolean live() {
        return live;
    }

    /** The word for it: lower case, with a hyphen between words. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The phase of that word. */
    public static Optional<ViewPhase> ofText(String text) {
        return Arrays.stream(values())
                .filter(phase -> phase.text().equals(text))
                .findFirst();
    }

    /** The words of all phases, for messages. */
    public static String texts() {
        return Arrays.stream(values()).map(ViewPhase::text).collect(Collectors.joining(", "));
    }

    static ViewPhase ofCode(byte code) {
        return Arrays.stream(values())
                .filter(phase -> phase.code == code)
                .findFirst()
                .orElseThrow(() -> new ViewFormatException("a task in phase " + code));
    }
}
