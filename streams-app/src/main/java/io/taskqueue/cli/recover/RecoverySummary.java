package io.taskqueue.cli.recover;

import io.taskqueue.source.recovery.RecoveryReport;
import io.taskqueue.source.recovery.RemovedTasks;
import io.taskqueue.source.recovery.UndecodableTask;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a recovery found, as text and as JSON:
 *
 * <pre>
 *   {"tasks":…, "pending":…, "delayed":…, "leased":…, "handedOver":…, "oldest":…,
 *    "topic":…, "partition":…, "from":…, "to":…, "events":…, "seconds":…, "lastKey":…,
 *    "removed":{"tasks":…, "of":…, "exact":…, "firstLeft":"epoch/sequence"},                   if live tasks are gone
 *    "undecodable":{"tasks":…, "first":[{"task":…, "position":…, "offset":…, "reason":…}]}}    if there are such
 * </pre>
 *
 * @param report what was found
 */
public record RecoverySummary(RecoveryReport report) {

    /** The live tasks by state, and what was read. */
    public String text() {
        RecoveryReport.Tasks tasks = report.tasks();
        RecoveryReport.Reading reading = report.reading();
        return String.format(
                Locale.ROOT,
                "%,d live tasks: %,d pending, %,d delayed, %,d leased, %,d handed over%s. Read %,d events of topic %s, partition"
                        + " %d, from offset %d to %d, in %.1f s.",
                tasks.recovered(),
                tasks.pending(),
                tasks.delayed(),
                tasks.leased(),
                tasks.handedOver(),
                tasks.oldest()
                        .map(oldest -> "; the oldest was enqueued at " + oldest)
                        .orElse(""),
                reading.events(),
                reading.topic(),
                reading.partition(),
                reading.from(),
                reading.to(),
                seconds());
    }

    /** The live tasks that cannot be recovered, a sentence for each reason with what to do; empty if there are none. */
    public List<String> losses() {
        List<String> losses = new ArrayList<>();
        report.removed().ifPresent(removed -> losses.add(removal(removed)));
        if (report.tasks().undecodable() > 0) {
            UndecodableTask first = report.undecodable().get(0);
            losses.add(String.format(
                    Locale.ROOT,
                    "%,d live tasks cannot be decoded and stay on the topic. The first is task %s at offset %d of partition %d: %s."
                            + " Recover the queue with a program that has its payload codec.",
                    report.tasks().undecodable(),
                    first.task(),
                    first.offset(),
                    report.reading().partition(),
                    withoutPeriod(first.reason())));
        }
        return losses;
    }

    private String removal(RemovedTasks removed) {
        return String.format(
                Locale.ROOT,
                "%s%,d of %,d live tasks are gone: topic %s no longer holds any event of them; %s. Compare the input with the"
                        + " outcome at the target, and raise retention.ms and retention.bytes of the topic.",
                removed.exact() ? "" : "About ",
                removed.gone(),
                removed.live(),
                report.reading().topic(),
                removed.firstLeft()
                        .map(first -> "the first event that it holds is " + first)
                        .orElse("it holds no event of the queue"));
    }

    private static String withoutPeriod(String sentence) {
        return sentence.endsWith(".") ? sentence.substring(0, sentence.length() - 1) : sentence;
    }

    private double seconds() {
        return report.reading().time().toMillis() / 1000.0;
    }

    /** The fields of the JSON object, in order. */
    public Map<String, Object> json() {
        RecoveryReport.Tasks tasks = report.tasks();
        RecoveryReport.Reading reading = report.reading();
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("tasks", tasks.recovered());
        json.put("pending", tasks.pending());
        json.put("delayed", tasks.delayed());
        json.put("leased", tasks.leased());
        json.put("handedOver", tasks.handedOver());
        tasks.oldest().ifPresent(oldest -> json.put("oldest", oldest.toString()));
        json.put("topic", reading.topic());
        json.put("partition", reading.partition());
        json.put("from", reading.from());
        json.put("to", reading.to());
        json.put("events", reading.events());
        json.put("seconds", seconds());
        report.lastKey().ifPresent(key -> json.put("lastKey", key));
        report.removed().ifPresent(removed -> json.put("removed", json(removed)));
        if (tasks.undecodable() > 0) {
            Map<String, Object> undecodable = new LinkedHashMap<>();
            undecodable.put("tasks", tasks.undecodable());
            undecodable.put(
                    "first",
                    report.undecodable().stream().map(RecoverySummary::json).toList());
            json.put("undecodable", undecodable);
        }
        return json;
    }

    private static Map<String, Object> json(RemovedTasks removed) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("tasks", removed.gone());
        json.put("of", removed.live());
        json.put("exact", removed.exact());
        removed.firstLeft().ifPresent(first -> json.put("firstLeft", first.toString()));
        return json;
    }

    private static Map<String, Object> json(UndecodableTask task) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("task", task.task().toString());
        json.put("position", task.position().toString());
        json.put("offset", task.offset());
        json.put("reason", task.reason());
        return json;
    }
}
