package io.taskqueue.console.overview;

import io.taskqueue.console.model.Badge;
import io.taskqueue.console.model.Badge.Kind;
import io.taskqueue.console.model.QueueOwner;
import io.taskqueue.console.model.QueueView;
import io.taskqueue.console.overview.GrowthMeter.Growth;
import io.taskqueue.text.ShellText;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What is wrong with a queue, from what is known of its owner and its sinks. What is unknown is not wrong. Immutable.
 *
 * @param queue the queue
 * @param current whether the queue is shown as it is now, and not as it was when events were written that are being read
 * @param ownership what the registry holds of it; null if the registry is unknown
 * @param sinks the sinks of the topic; null if they are unknown
 * @param growth how its tasks have become more; null if they have not, or if that is unknown
 */
public record QueueProblems(
        QueueView queue,
        boolean current,
        @Nullable Ownership ownership,
        @Nullable List<SinkOfQueue> sinks,
        @Nullable Growth growth) {

    /**
     * What the registry holds of a queue.
     *
     * @param owner its owner, or null if it has none
     */
    public record Ownership(@Nullable QueueOwner owner) {}

    /**
     * What badges say of a sink and a queue.
     *
     * @param sink the sink
     * @param groupState the state of its consumer group
     * @param has whether one of its running instances has the queue's partition
     * @param progress how far it has come with the queue; null if it has not applied it, or if that is unknown
     * @param logChanges what happened to the queue's partition that it could not follow, with what to do, as sentences
     * @param breakers targets that are considered unavailable, as text
     */
    public record SinkOfQueue(
            String sink,
            String groupState,
            boolean has,
            @Nullable Progress progress,
            List<String> logChanges,
            List<String> breakers) {

        public SinkOfQueue {
            logChanges = List.copyOf(logChanges);
            breakers = List.copyOf(breakers);
        }
    }

    /**
     * How far a sink has come with a queue.
     *
     * @param lagEvents events of the queue that it has not applied, or null
     * @param parked parked events of the queue, or null
     * @param diverged what is missing, as text, or null
     */
    public record Progress(@Nullable Long lagEvents, @Nullable Long parked, @Nullable String diverged) {}

    /**
     * The badges, the most urgent first.
     *
     * @param stalledAfter how long the owner may be overdue
     */
    public List<Badge> badges(Instant now, Duration stalledAfter) {
        List<Badge> badges = new ArrayList<>();
        addOwner(badges, now, stalledAfter);
        if (sinks != null) {
            badges.addAll(ofSinks(queue.partition(), sinks));
        }
        addTasks(badges);
        if (queue.staleEvents() > 0) {
            badges.add(new Badge(
                    Kind.FENCED,
                    count(queue.staleEvents(), "event") + " of this queue " + was(queue.staleEvents())
                            + " written by an owner that had lost it; no sink applies them. Find out which process "
                            + "still wrote to the queue after another one had claimed it."));
        }
        return List.copyOf(badges);
    }

    private void addTasks(List<Badge> badges) {
        Growth grown = growth;
        if (current && grown != null) {
            badges.add(new Badge(
                    Kind.GROWING,
                    String.format(
                            Locale.ROOT,
                            "The queue has only grown for %d minutes, from %,d to %,d tasks: %.1f tasks a second are enqueued, and"
                                    + " %.1f completed. Start more workers, or find out why attempts fail.",
                            grown.minutes(),
                            grown.from(),
                            grown.to(),
                            queue.rates().enqueued(),
                            queue.rates().completed())));
        }
        long dead = queue.depth().dead();
        if (dead > 0) {
            badges.add(new Badge(
                    Kind.DEAD_TASKS,
                    count(dead, "task") + " of this queue " + (dead == 1 ? "is" : "are")
                            + " dead: no worker gets " + (dead == 1 ? "it" : "them")
                            + " any more. Find out why, then retry with: taskqueue dead retry --queue "
                            + ShellText.quote(queue.name()) + " --all"));
        }
    }

    private void addOwner(List<Badge> badges, Instant now, Duration stalledAfter) {
        long live = queue.depth().live();
        if (!current || ownership == null) {
            return;
        }
        QueueOwner owner = ownership.owner();
        if (owner == null) {
            if (live > 0) {
                badges.add(new Badge(
                        Kind.NO_OWNER,
                        "The registry has no owner of this queue, and " + count(live, "task")
                                + (live == 1 ? " waits" : " wait")
                                + " in it. Start its dispatcher, which recovers them."));
            }
            return;
        }
        Instant overdue = queue.overdueSince();
        if (overdue != null && overdue.plus(stalledAfter).isBefore(now)) {
            badges.add(new Badge(
                    Kind.SOURCE_STALLED,
                    "Owner " + owner.peer() + " (epoch " + owner.epoch()
                            + ") has not ended an expired lease or a delay that ended at " + overdue
                            + ". Check that its process runs and reaches Kafka; if it is gone, start another one,"
                            + " which recovers the tasks."));
        }
    }

    /** What is wrong with the sinks of a queue. */
    public static List<Badge> ofSinks(int partition, List<SinkOfQueue> known) {
        List<Badge> badges = new ArrayList<>();
        if (known.stream().noneMatch(SinkOfQueue::has)) {
            String found = known.isEmpty()
                    ? "no consumer group has committed offsets of the topic"
                    : known.stream()
                            .map(sink -> sink.sink() + " is " + sink.groupState())
                            .collect(Collectors.joining(", "));
            badges.add(new Badge(
                    Kind.NO_SINK,
                    "No running sink has partition " + partition + ", in which this queue is: " + found
                            + ". Start a sink."));
        }
        known.forEach(sink -> addSink(badges, sink));
        return badges;
    }

    private static void addSink(List<Badge> badges, SinkOfQueue sink) {
        Progress progress = sink.progress();
        if (progress == null) {
            return;
        }
        String name = "Sink " + sink.sink();
        if (progress.diverged() != null) {
            badges.add(new Badge(Kind.DIVERGED, SinkProblems.diverged(name, progress.diverged())));
        }
        sink.logChanges().forEach(change -> badges.add(new Badge(Kind.LOG_CHANGED, name + ": " + change)));
        sink.breakers().forEach(target -> badges.add(new Badge(Kind.BREAKER_OPEN, SinkProblems.waits(name, target))));
        if (progress.parked() != null && progress.parked() > 0) {
            badges.add(new Badge(Kind.PARKED, SinkProblems.parked(name, progress.parked(), " of this queue")));
        }
        Long lag = progress.lagEvents();
        if (!sink.has() && lag != null && lag > 0) {
            badges.add(new Badge(
                    Kind.SINK_STOPPED,
                    name + " has not applied " + count(lag, "event")
                            + " of this queue, and no running instance has its partition: the consumer group is "
                            + sink.groupState() + ". Start the sink."));
        }
    }

    static String count(long number, String noun) {
        return String.format(Locale.ROOT, "%,d %s%s", number, noun, number == 1 ? "" : "s");
    }

    static String was(long number) {
        return number == 1 ? "was" : "were";
    }
}
