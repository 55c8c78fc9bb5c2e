package io.taskqueue.cli.dispatch;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.taskqueue.cli.recover.RecoverySummary;
import io.taskqueue.cli.shared.Output;
import io.taskqueue.serde.BoundedJson;
import io.taskqueue.source.CloseReport;
import io.taskqueue.source.recovery.AbandonedTasks;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The result of a run, as text and as JSON:
 *
 * <pre>
 *   {"queue":…, "tasks":…, "restored":…, "events":{"Enqueued":…}, "skipped":…, "nextLine":…, "drained":…, "handedOver":…,
 *    "replicatedUpTo":"epoch/sequence",
 *    "recovery":{…},                                          what was recovered, if that was ordered: RecoverySummary
 *    "abandoned":…,                                           if live tasks of earlier dispatchers were not recovered
 *    "remaining":{"tasks":…, "file":…, "lines":["5-9"]},      if tasks remained; lines if they are not in a file
 *    "unreplicated":{"events":…, "file":…}}                   if Kafka has not acknowledged every event
 * </pre>
 *
 * @param queue the queue
 * @param counters the events and tasks of the queue
 * @param earlier what earlier dispatchers of the queue had left
 * @param skipped invalid lines
 * @param remaining the tasks that have not ended
 * @param closed what Kafka has acknowledged
 * @param confirmed whether it is certain that no other source had claimed the queue by then
 * @param files where the remaining tasks, and the events that are not acknowledged, are
 */
record DispatchReport(
        String queue,
        DispatchCounters counters,
        Earlier earlier,
        long skipped,
        RemainingTasks remaining,
        CloseReport closed,
        boolean confirmed,
        Files files) {

    /**
     * The tasks that earlier dispatchers of the queue had left.
     *
     * @param recovered what was recovered, if that was ordered
     * @param abandoned those that this dispatcher did not work on, if they have been counted
     */
    record Earlier(Optional<RecoverySummary> recovered, Optional<AbandonedTasks> abandoned) {

        long left() {
            return abandoned.map(AbandonedTasks::count).orElse(0L);
        }
    }

    /**
     * The files that were written.
     *
     * @param remaining has the remaining tasks; null if they are in no file
     * @param unreplicated has the events that are not acknowledged; null if they are in no file
     */
    record Files(@Nullable Path remaining, @Nullable Path unreplicated) {}

    String text() {
        StringBuilder text = new StringBuilder();
        add(
                text,
                "Queue %s: %,d tasks%s, %,d completed or dead-lettered, %,d drained%s.",
                Output.escape(queue),
                counters.enqueued(),
                earlier.recovered.isEmpty()
                        ? ""
                        : String.format(Locale.ROOT, " and %,d restored ones", counters.restored()),
                counters.ended(),
                remaining.drained().size(),
                skipped == 0 ? "" : ", " + skipped + " lines skipped");
        counters.byName().forEach((kind, count) -> add(text, "%n  %-14s %,10d", kind, count));
        if (!remaining.isEmpty()) {
            add(text, "%n%,d tasks remained: %s.", remaining.count(), where());
        }
        if (remaining.handedOver() > 0) {
            add(
                    text,
                    "%n%,d tasks were handed over: they are on the topic, for `taskqueue dispatch --recover`.",
                    remaining.handedOver());
        }
        if (earlier.left() > 0) {
            add(
                    text,
                    "%n%,d live tasks that earlier dispatchers left are still on the topic. Recover them with `taskqueue dispatch"
                            + " --recover`.",
                    earlier.left());
        }
        add(text, "%nThe first line that was not read is %d.", nextLine());
        if (closed.complete() && !confirmed) {
            add(
                    text,
                    "%nKafka has acknowledged every event, up to position %s; the command ended before it had read in the registry"
                            + " that no other source has claimed the queue. `taskqueue status` shows the owner: sinks drop what"
                            + " follows the claim of another one.",
                    closed.replicatedUpTo());
        } else if (closed.complete()) {
            add(text, "%nEvery event is stored in Kafka, up to position %s.", closed.replicatedUpTo());
        } else {
            add(
                    text,
                    "%nKafka has acknowledged the events up to position %s; %,d events are %s.",
                    closed.replicatedUpTo(),
                    closed.notReplicated(),
                    files.unreplicated == null ? "lost" : "in " + files.unreplicated);
        }
        return text.toString();
    }

    private String where() {
        return files.remaining == null
                ? "lines " + String.join(", ", remaining.lines())
                : "they are in " + files.remaining;
    }

    /** The first line to read in a later run: what is in no file, and can be read again, is read again. */
    private long nextLine() {
        return remaining.nextLine(files.remaining != null);
    }

    ObjectNode json() {
        ObjectNode json = BoundedJson.object()
                .put("queue", queue)
                .put("tasks", counters.enqueued())
                .put("restored", counters.restored());
        ObjectNode kinds = json.putObject("events");
        counters.byName().forEach(kinds::put);
        json.put("skipped", skipped)
                .put("nextLine", nextLine())
                .put("drained", remaining.drained().size())
                .put("handedOver", remaining.handedOver())
                .put("replicatedUpTo", closed.replicatedUpTo().toString());
        earlier.recovered.ifPresent(summary -> json.putPOJO("recovery", summary.json()));
        if (earlier.left() > 0) {
            json.put("abandoned", earlier.left());
        }
        if (!remaining.isEmpty()) {
            ObjectNode left = json.putObject("remaining").put("tasks", remaining.count());
            if (files.remaining == null) {
                List<String> lines = remaining.lines();
                lines.forEach(left.putArray("lines")::add);
            } else {
                left.put("file", files.remaining.toString());
            }
        }
        if (!closed.complete()) {
            ObjectNode events = json.putObject("unreplicated").put("events", closed.notReplicated());
            if (files.unreplicated != null) {
                events.put("file", files.unreplicated.toString());
            }
        }
        return json;
    }

    private static void add(StringBuilder text, String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values));
    }
}
