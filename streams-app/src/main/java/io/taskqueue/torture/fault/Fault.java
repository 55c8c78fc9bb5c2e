package io.taskqueue.torture.fault;

import java.time.Duration;
import java.util.Locale;

/**
 * A fault of a schedule.
 *
 * @param at when it begins, counted from the first one that could
 * @param kind what happens
 * @param subject which queue, sink instance or broker it concerns, from 0; of the target there is one
 * @param lasts how long, where it does
 * @param choice decides what is left open, for example at which point a process is killed: any number from 0
 */
public record Fault(Duration at, FaultKind kind, int subject, Duration lasts, int choice) {

    /** The fault as a line of the schedule. */
    public String text() {
        String line = String.format(Locale.ROOT, "%7.1f s  %-25s %s", at.toMillis() / 1e3, kind.text(), subjectText());
        return lasts.isZero()
                ? line.stripTrailing()
                : line + String.format(Locale.ROOT, " for %.1f s", lasts.toMillis() / 1e3);
    }

    /** The name of what it concerns. */
    public String subjectText() {
        return switch (kind.area()) {
            case QUEUE -> "queue-" + subject;
            case SINK -> "sink-" + subject;
            case BROKER -> "broker-" + (subject + 1);
            case TARGET -> "target";
        };
    }
}
