package io.taskqueue.cli.status;

import io.taskqueue.cli.shared.Output;
import io.taskqueue.console.model.Badge;
import io.taskqueue.console.model.CatchUp;
import io.taskqueue.console.model.SinkLimit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jline.utils.AttributedString;
import org.jspecify.annotations.Nullable;

/** Queues and sinks at one moment as lines of text, and as a screen that replaces the one before. */
final class WatchedText {

    /** How many queues are shown at most. */
    static final int MAX_QUEUES = 50;

    private static final String HOME = "\u001b[H";
    private static final String END_OF_LINE = "\u001b[K";
    private static final String END_OF_SCREEN = "\u001b[J";

    private WatchedText() {}

    /** The lines of a state: sinks first, because they are few. */
    static List<String> lines(WatchedState state) {
        List<String> lines = new ArrayList<>();
        lines.add("taskqueue status at " + state.at());
        if (state.problem() != null) {
            lines.add("NOT UP TO DATE: " + Output.escape(state.problem()));
        }
        state.notes().forEach(note -> lines.add("note: " + Output.escape(note)));
        lines.add("");
        lines.add(sinkLine(
                "sink",
                "state",
                "events behind",
                "behind",
                "applied/s",
                "caught up in",
                "in flight",
                "parked",
                "failed"));
        state.sinks()
                .forEach(sink -> lines.add(sinkLine(
                        sink.name(),
                        sink.state(),
                        number(sink.events()),
                        seconds(sink.seconds()),
                        rate(sink.appliedPerSecond()),
                        eta(sink.catchUp()),
                        number(sink.counts().inFlight()),
                        number(sink.counts().parked()),
                        number(sink.counts().failed()))));
        state.sinks().forEach(sink -> limit(sink.counts().limit())
                .ifPresent(text -> lines.add("    " + sink.name() + ": " + text)));
        state.sinks().forEach(sink -> sink.problems()
                .forEach(problem -> lines.add("    " + problem.kind() + "  " + Output.escape(problem.text()))));
        lines.add("");
        lines.add(queueLine("queue", "owner", "epoch", "last position", "events/s", "lag", "caught up in", "problems"));
        state.queues().stream()
                .limit(MAX_QUEUES)
                .forEach(queue -> lines.add(queueLine(
                        Output.escape(queue.queue()),
                        queue.owner() == null ? "-" : Output.escape(queue.owner()),
                        number(queue.epoch()),
                        queue.lastPosition(),
                        rate(queue.eventsPerSecond()),
                        queue.slowest() == null ? "-" : number(queue.slowest().lagEvents()),
                        queue.slowest() == null ? "-" : eta(queue.slowest().catchUp()),
                        queue.problems().stream()
                                .map(Badge::kind)
                                .distinct()
                                .map(Badge.Kind::toString)
                                .collect(Collectors.joining(", ")))));
        if (state.queues().size() > MAX_QUEUES) {
            lines.add(String.format(
                    Locale.ROOT,
                    "… and %,d more queues: see --output json",
                    state.queues().size() - MAX_QUEUES));
        }
        state.queues().stream().limit(MAX_QUEUES).forEach(queue -> queue.problems()
                .forEach(problem -> lines.add("    " + problem.kind() + "  " + Output.escape(queue.queue()) + ": "
                        + Output.escape(problem.text()))));
        return lines;
    }

    /** The rate limit of a sink; empty where there is none, or where it is unknown. */
    static Optional<String> limit(@Nullable SinkLimit limit) {
        if (limit == null || (limit.perSecond() == null && limit.perKey() == null)) {
            return Optional.empty();
        }
        return Optional.of(String.format(
                Locale.ROOT,
                "rate limit %s; %,d %s for it",
                limit.text(),
                limit.waiting(),
                limit.waiting() == 1 ? "event waits" : "events wait"));
    }

    private static String sinkLine(String... columns) {
        return String.format(Locale.ROOT, "%-24s %-18s %14s %10s %10s %13s %10s %8s %8s", (Object[]) columns)
                .stripTrailing();
    }

    private static String queueLine(String... columns) {
        return String.format(Locale.ROOT, "%-30s %-24s %8s %16s %10s %10s %13s  %s", (Object[]) columns)
                .stripTrailing();
    }

    private static String number(@Nullable Long number) {
        return number == null ? "-" : String.format(Locale.ROOT, "%,d", number);
    }

    private static String rate(double perSecond) {
        return String.format(Locale.ROOT, "%,.1f", perSecond);
    }

    private static String seconds(@Nullable Double seconds) {
        if (seconds == null) {
            return "-";
        }
        // to the second, because it is read by people
        return Duration.ofSeconds(Math.round(seconds)).toString().substring(2).toLowerCase(Locale.ROOT);
    }

    private static String eta(CatchUp catchUp) {
        return switch (catchUp.state()) {
            case CAUGHT_UP -> "now";
            case EXPECTED -> seconds(catchUp.seconds());
            case NEVER -> "never";
            case UNKNOWN -> "unknown";
        };
    }

    /**
     * A screen: what replaces the lines of the screen before.
     *
     * @param width the width of the terminal in columns; longer lines are truncated, so that none continues on the next line
     * @param height its height in lines; what does not fit is left out
     */
    static String screen(List<String> lines, int width, int height) {
        int shown = lines.size() < height ? lines.size() : Math.max(1, height - 2);
        StringBuilder screen = new StringBuilder(HOME);
        lines.stream().limit(shown).forEach(line -> append(screen, line, width));
        if (shown < lines.size()) {
            append(screen, "… " + (lines.size() - shown) + " more lines: enlarge the terminal", width);
        }
        return screen.append(END_OF_SCREEN).toString();
    }

    private static void append(StringBuilder screen, String line, int width) {
        // some characters take two columns, for example those of Chinese
        screen.append(new AttributedString(line).columnSubSequence(0, width))
                .append(END_OF_LINE)
                .append(System.lineSeparator());
    }
}
