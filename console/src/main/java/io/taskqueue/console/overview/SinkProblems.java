package io.taskqueue.console.overview;

import io.taskqueue.console.model.Badge;
import io.taskqueue.console.model.Badge.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is wrong with a sink, from what is known of it. What is unknown is not wrong. Immutable.
 *
 * @param sink its name
 * @param groupState the state of its consumer group
 * @param running whether it has running instances
 * @param lagEvents records that it has not read, or null
 * @param failures why instances have failed, as sentences
 * @param breakers targets that are considered unavailable, as text
 * @param held what its state holds
 * @param idle for how long it has applied nothing although events wait and an instance runs; zero if it is not so
 */
public record SinkProblems(
        String sink,
        String groupState,
        boolean running,
        @Nullable Long lagEvents,
        List<String> failures,
        List<String> breakers,
        Held held,
        Duration idle) {

    /** A slow target may take so long for one event. */
    private static final Duration IDLE = Duration.ofMinutes(1);

    /** How many texts of one kind are listed. */
    private static final int LISTED = 5;

    /**
     * What the state of a sink holds that needs an operator; null is unknown.
     *
     * @param parked its parked events
     * @param undecodable the records that it could not decode
     * @param deadLetters the topic to which it moved these
     * @param diverged what is missing of queues, as text that begins with the queue
     * @param logChanges what happened to the event topic, with what to do, as sentences
     */
    public record Held(
            @Nullable Long parked,
            @Nullable Long undecodable,
            String deadLetters,
            List<String> diverged,
            List<String> logChanges) {

        public Held {
            diverged = List.copyOf(diverged);
            logChanges = List.copyOf(logChanges);
        }
    }

    public SinkProblems {
        failures = List.copyOf(failures);
        breakers = List.copyOf(breakers);
    }

    /** The badges, the most urgent first. */
    public List<Badge> badges() {
        List<Badge> badges = new ArrayList<>();
        String name = "Sink " + sink;
        failures.forEach(failure -> badges.add(new Badge(Kind.SINK_STOPPED, failure)));
        if (!running && failures.isEmpty()) {
            badges.add(new Badge(
                    Kind.SINK_STOPPED,
                    name + " has no running instance: its consumer group is " + groupState
                            + (lagEvents != null && lagEvents > 0
                                    ? ", and " + QueueProblems.count(lagEvents, "record") + " "
                                            + QueueProblems.was(lagEvents) + " not read"
                                    : "")
                            + ". Start the sink."));
        }
        breakers.forEach(target -> badges.add(new Badge(Kind.BREAKER_OPEN, waits(name, target))));
        if (running && breakers.isEmpty() && lagEvents != null && lagEvents > 0 && idle.compareTo(IDLE) >= 0) {
            badges.add(new Badge(
                    Kind.NOT_CONSUMING,
                    name + " runs, but has applied nothing for " + idle.toSeconds() + " s although "
                            + QueueProblems.count(lagEvents, "event") + (lagEvents == 1 ? " waits" : " wait")
                            + ". Look at its log, and at what its target does."));
        }
        listed(
                badges,
                Kind.DIVERGED,
                held.diverged().stream().map(text -> diverged(name, text)).toList());
        listed(
                badges,
                Kind.LOG_CHANGED,
                held.logChanges().stream().map(text -> name + ": " + text).toList());
        if (held.parked() != null && held.parked() > 0) {
            badges.add(new Badge(Kind.PARKED, parked(name, held.parked(), "")));
        }
        if (held.undecodable() != null && held.undecodable() > 0) {
            badges.add(new Badge(
                    Kind.UNDECODABLE,
                    name + " could not decode " + QueueProblems.count(held.undecodable(), "record")
                            + ", and has moved them to topic " + held.deadLetters()
                            + ", with the reason in their headers. Find out who wrote them."));
        }
        return List.copyOf(badges);
    }

    private static void listed(List<Badge> badges, Kind kind, List<String> texts) {
        texts.stream().limit(LISTED).forEach(text -> badges.add(new Badge(kind, text)));
        if (texts.size() > LISTED) {
            badges.add(new Badge(
                    kind, "And " + (texts.size() - LISTED) + " more, which `taskqueue status --output json` lists."));
        }
    }

    static String diverged(String name, String missing) {
        return name + ": events are missing: " + missing
                + ". Compare its target with the source, then start the sink with --clear-diverged.";
    }

    static String waits(String name, String target) {
        return name + " waits for its target: " + target;
    }

    static String parked(String name, long events, String where) {
        return name + ": " + QueueProblems.count(events, "event") + where + (events == 1 ? " is" : " are")
                + " parked. Redrive them when the cause is fixed, or discard them.";
    }
}
