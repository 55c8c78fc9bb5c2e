package io.taskqueue.cli.dispatch;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.taskqueue.cli.recover.RecoverySummary;
import io.taskqueue.cli.shared.Output;
import io.taskqueue.serde.BoundedJson;
import io.taskqueue.source.CloseReport;
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
 *    "remaining":{"tasks":…, "file":…, "lines":["5-9"]},      if tasks remained; lines if they are not in a file
 *    "unreplicated":{"events":…, "file":…}}                   if Kafka has not acknowledged every event
 * </pre>
 *
 * @param queue the queue
 * @param counters the events and tasks of the queue
 * @param recovery what was recovered, if that was ordered
 * @param skipped invalid lines
 * @param remaining the tasks that have not ended
 * @param closed what Kafka has acknowledged
 * @param confirmed whether it is certain that no other source had claimed the queue by then
 * @param files where the remaining tasks, and the events that are not acknowledged, are
 */
record DispatchReport(
        String queue,
        DispatchCounters counters,
        Optional<RecoverySummary> recovery,
        long skipped,
        RemainingTasks remaining,
        CloseReport closed,
        boolean confirmed,
        Files files) {

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
                recovery.isEmpty() ? "" : String.format(Locale.ROOT, " and %,d restored ones", counters.restored()),
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
        recovery.ifPresent(summary -> json.set("recovery", summary.json()));
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
