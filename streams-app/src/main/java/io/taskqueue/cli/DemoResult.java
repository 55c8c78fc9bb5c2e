package io.taskqueue.cli;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.taskqueue.streams.ReplayCounts;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What the demo counted. Task events only: SourceStarted is not counted anywhere.
 *
 * @param tasks tasks put into the queue
 * @param events events of the queue, by kind, as the queue's listener counted them
 * @param published events that Kafka has, as read back from the topic
 * @param applied events that the sink applied
 * @param target what the target's own ledger says
 * @param replay what happened when the sink saw everything again
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

    /** The receipt of the replay, and the calls at the target meanwhile. */
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

    /** What does not add up; empty when all does. */
    @JsonIgnore
    List<String> faults() {
        List<String> faults = new ArrayList<>();
        long emitted = events.values().stream().mapToLong(Long::longValue).sum();
        expect(faults, "events that the queue emitted and events on Kafka", emitted, published);
        expect(faults, "events on Kafka and events applied", published, applied);
        expect(faults, "tasks put in and tasks that ended", tasks, of("Completed") + of("DeadLettered"));
        expect(
                faults,
                "leases granted and leases ended",
                of("LeaseGranted"),
                of("Completed") + of("Failed") + of("LeaseExpired"));
        expect(faults, "events applied and effects run", applied, effects.run);
        expect(faults, "effects run and calls at the target", effects.run, target.calls);
        expect(faults, "calls at the target and keys in its ledger", target.calls, target.keys);
        expect(faults, "events on Kafka and events replayed", published, replay.events);
        expect(faults, "events replayed and results reused", replay.events, replay.reused);
        expect(faults, "nothing and effects run in the replay", 0, replay.run);
        expect(faults, "nothing and effects that failed in the replay", 0, replay.failed);
        expect(faults, "nothing and events parked in the replay", 0, replay.parked);
        expect(faults, "nothing and results missing in the replay", 0, replay.missing);
        expect(faults, "nothing and calls at the target in the replay", 0, replay.targetCalls);
        return faults;
    }

    private static void expect(List<String> faults, String what, long one, long other) {
        if (one != other) {
            faults.add(String.format(Locale.ROOT, "%s differ: %,d and %,d", what, one, other));
        }
    }

    private long of(String kind) {
        return events.getOrDefault(kind, 0L);
    }

    /** The numbers as a person reads them. */
    String text() {
        List<String> faults = faults();
        StringBuilder text = new StringBuilder();
        line(
                text,
                "%,d tasks went through the queue: %,d completed, %,d dead.",
                tasks,
                of("Completed"),
                of("DeadLettered"));
        line(
                text,
                "%,d attempts failed and %,d leases ran out; %,d times a task was queued again.",
                of("Failed"),
                of("LeaseExpired"),
                of("Requeued"));
        line(
                text,
                "%,d events were emitted, %,d are on Kafka, %,d were applied by the sink.",
                events.values().stream().mapToLong(Long::longValue).sum(),
                published,
                applied);
        line(text, "%,d calls reached the target, under %,d different keys.", target.calls, target.keys);
        line(text, "");
        line(text, "Then the sink's offsets were moved back to the beginning, and it ran again:");
        line(
                text,
                "Its receipt: %,d events seen again; %,d effects answered from the record, %,d run, %,d failed, %,d missing; "
                        + "%,d events parked.",
                replay.events,
                replay.reused,
                replay.run,
                replay.failed,
                replay.missing,
                replay.parked);
        line(text, "%,d calls reached the target.", replay.targetCalls);
        line(text, "");
        if (faults.isEmpty()) {
            text.append(String.format(Locale.ROOT, "Everything adds up. (%.1f s)", seconds));
        } else {
            text.append("THIS DOES NOT ADD UP:");
            faults.forEach(
                    fault -> text.append(System.lineSeparator()).append("  ").append(fault));
        }
        return text.toString();
    }

    private static void line(StringBuilder text, String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values)).append(System.lineSeparator());
    }
}
