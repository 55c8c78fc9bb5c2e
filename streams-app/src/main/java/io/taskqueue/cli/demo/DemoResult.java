package io.taskqueue.cli.demo;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.taskqueue.streams.replay.ReplayCounts;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The counts of the demo. They are about task events: SourceStarted is never counted.
 *
 * @param tasks tasks of the input
 * @param topic events of the queue
 * @param killed what the first dispatcher had done when it was killed
 * @param successor what the second dispatcher did
 * @param target the calls that the target counted
 * @param replay what happened when the sink read every event again
 */
@JsonPropertyOrder({"tasks", "topic", "killed", "successor", "effects", "target", "replay", "seconds"})
record DemoResult(
        long tasks,
        @JsonUnwrapped Topic topic,
        Killed killed,
        Successor successor,
        Effects effects,
        Target target,
        Replay replay,
        double seconds) {

    /**
     * Events of the queue.
     *
     * @param events in Kafka, read from the topic, by kind
     * @param published how many these are
     * @param applied how many the sink applied
     */
    record Topic(Map<String, Long> events, long published, long applied) {}

    /**
     * The dispatcher that was killed, as Kafka knows it.
     *
     * @param published its events in Kafka
     * @param live its tasks that had not ended by those events
     */
    record Killed(long published, long live) {}

    /**
     * The dispatcher that recovered the queue.
     *
     * @param restored the tasks that it recovered
     * @param emitted its events, counted by a listener of its queue
     * @param published its events in Kafka
     */
    record Successor(long restored, long emitted, long published) {}

    record Effects(long run, long reused) {}

    record Target(long calls, long keys) {}

    /** The receipt of the replay, and the calls that the target received meanwhile. */
    record Replay(long events, long run, long reused, long failed, long parked, long missing, long targetCalls) {

        Replay(ReplayCounts receipt, long targetCalls) {
            this(
                    receipt.events(),
                    receipt.run(),
                    receipt.reused(),
                    receipt.failed(),
                    receipt.parked(),
                    receipt.missing(),
                    targetCalls);
        }
    }

    /** The counts that must be equal and are not; empty if all match. */
    @JsonIgnore
    List<String> mismatches() {
        List<String> mismatches = new ArrayList<>();
        long published = topic.published;
        long applied = topic.applied;
        compare(mismatches, "tasks of the input", tasks, "tasks enqueued", of("Enqueued"));
        compare(mismatches, "tasks live at the kill", killed.live, "tasks recovered", successor.restored);
        compare(
                mismatches,
                "events emitted by the second dispatcher",
                successor.emitted,
                "of them in Kafka",
                successor.published);
        compare(
                mismatches,
                "events of both dispatchers in Kafka",
                killed.published + successor.published,
                "events in Kafka",
                published);
        compare(mismatches, "events in Kafka", published, "events applied", applied);
        compare(mismatches, "tasks enqueued", of("Enqueued"), "tasks ended", of("Completed") + of("DeadLettered"));
        compare(
                mismatches,
                "leases granted",
                of("LeaseGranted"),
                "leases ended",
                of("Completed") + of("Failed") + of("LeaseExpired"));
        compare(mismatches, "events applied", applied, "effects run", effects.run);
        compare(mismatches, "effects run", effects.run, "calls at the target", target.calls);
        compare(mismatches, "calls at the target", target.calls, "keys at the target", target.keys);
        compare(mismatches, "events in Kafka", published, "events replayed", replay.events);
        compare(mismatches, "events replayed", replay.events, "results reused", replay.reused);
        expectZero(mismatches, "effects run in the replay", replay.run);
        expectZero(mismatches, "effects that failed in the replay", replay.failed);
        expectZero(mismatches, "events parked in the replay", replay.parked);
        expectZero(mismatches, "results missing in the replay", replay.missing);
        expectZero(mismatches, "calls at the target in the replay", replay.targetCalls);
        return mismatches;
    }

    private static void compare(List<String> mismatches, String what, long count, String other, long otherCount) {
        if (count != otherCount) {
            mismatches.add(String.format(Locale.ROOT, "%,d %s, but %,d %s", count, what, otherCount, other));
        }
    }

    private static void expectZero(List<String> mismatches, String what, long count) {
        if (count != 0) {
            mismatches.add(String.format(Locale.ROOT, "%,d %s, but 0 are expected", count, what));
        }
    }

    private long of(String kind) {
        return topic.events.getOrDefault(kind, 0L);
    }

    /** The counts as text. */
    String text() {
        StringBuilder text = new StringBuilder();
        line(
                text,
                "%,d tasks were enqueued: %,d completed, %,d dead-lettered.",
                of("Enqueued"),
                of("Completed"),
                of("DeadLettered"));
        line(
                text,
                "%,d attempts failed, %,d leases expired, and tasks were requeued %,d times.",
                of("Failed"),
                of("LeaseExpired"),
                of("Requeued"));
        line(
                text,
                "The first dispatcher was killed (kill -9) with %,d tasks in its queue: %,d of them survived.",
                killed.live,
                successor.restored);
        line(
                text,
                "%,d events are stored in Kafka, %,d of the first dispatcher and %,d of the second; the sink applied %,d.",
                topic.published,
                killed.published,
                successor.published,
                topic.applied);
        line(text, "%,d calls reached the target, with %,d different idempotency keys.", target.calls, target.keys);
        line(text, "");
        line(text, "Then the sink's offsets were reset to the beginning, and the sink ran again:");
        line(
                text,
                "%,d events were replayed: %,d effects answered from recorded results, %,d run, %,d failed, %,d missing; "
                        + "%,d events parked.",
                replay.events,
                replay.reused,
                replay.run,
                replay.failed,
                replay.missing,
                replay.parked);
        line(text, "%,d calls reached the target.", replay.targetCalls);
        line(text, "");
        List<String> mismatches = mismatches();
        if (mismatches.isEmpty()) {
            text.append(String.format(Locale.ROOT, "All counts match. (%.1f s)", seconds));
        } else {
            text.append("THESE COUNTS DO NOT MATCH:");
            mismatches.forEach(
                    mismatch -> text.append(System.lineSeparator()).append("  ").append(mismatch));
        }
        return text.toString();
    }

    private static void line(StringBuilder text, String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values)).append(System.lineSeparator());
    }
}
