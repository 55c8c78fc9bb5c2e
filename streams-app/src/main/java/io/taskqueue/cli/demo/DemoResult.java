package io.taskqueue.cli.demo;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.taskqueue.streams.replay.ReplayCounts;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The counts of the demo. They are about task events: SourceStarted is never counted.
 *
 * @param tasks tasks that were enqueued
 * @param events events of the queue, by kind, counted by a listener of the queue
 * @param published events in Kafka, read from the topic
 * @param applied events that the sink applied
 * @param target the calls that the target counted
 * @param replay what happened when the sink read every event again
 */
@JsonPropertyOrder({"tasks", "events", "published", "applied", "effects", "target", "replay", "seconds"})
record DemoResult(
        long tasks,
        Map<String, Long> events,
        long published,
        long applied,
        Effects effects,
        Target target,
        Replay replay,
        double seconds) {

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
        compare(mismatches, "events emitted by the queue", emitted(), "events in Kafka", published);
        compare(mismatches, "events in Kafka", published, "events applied", applied);
        compare(mismatches, "tasks enqueued", tasks, "tasks ended", of("Completed") + of("DeadLettered"));
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

    private long emitted() {
        return events.values().stream().mapToLong(Long::longValue).sum();
    }

    private long of(String kind) {
        return events.getOrDefault(kind, 0L);
    }

    /** The counts as text. */
    String text() {
        StringBuilder text = new StringBuilder();
        line(
                text,
                "%,d tasks were enqueued: %,d completed, %,d dead-lettered.",
                tasks,
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
                "%,d events were emitted, %,d are stored in Kafka, %,d were applied by the sink.",
                emitted(),
                published,
                applied);
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
