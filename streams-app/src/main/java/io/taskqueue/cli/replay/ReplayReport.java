package io.taskqueue.cli.replay;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.taskqueue.cli.shared.Output;
import io.taskqueue.streams.replay.ReplayCounts;
import io.taskqueue.streams.replay.ReplayMode;
import io.taskqueue.streams.replay.ReplayOrder;
import io.taskqueue.streams.replay.ReplayReceipt;
import io.taskqueue.streams.replay.Selection;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The receipt of the latest replay of a sink: that of each partition, and their sums.
 *
 * @param number the number of the order; 0 where the offsets were moved without an order
 * @param mode which effects ran
 * @param select the selected events
 * @param by who ordered the replay
 * @param at when it was ordered
 * @param complete whether every event that was to be replayed has been handled
 */
@JsonPropertyOrder({"name", "number", "mode", "select", "by", "at", "complete", "counts", "partitions"})
public record ReplayReport(
        String name,
        int number,
        String mode,
        String select,
        String by,
        String at,
        boolean complete,
        ReplayCounts counts,
        List<Partition> partitions) {

    /** The receipt of one partition; without times and offsets where the replay has not begun. */
    public record Partition(
            int partition,
            boolean complete,
            @Nullable Long firstOffset,
            @Nullable Long lastOffset,
            @Nullable String begunAt,
            @Nullable String endedAt,
            ReplayCounts counts) {

        static Partition of(ReplayReceipt receipt) {
            return new Partition(
                    receipt.partition(),
                    receipt.complete(),
                    receipt.firstOffset(),
                    receipt.lastOffset(),
                    receipt.begunAt().toString(),
                    receipt.endedAt().map(Instant::toString).orElse(null),
                    receipt.counts());
        }

        String state() {
            return begunAt == null ? "not begun" : complete ? "complete" : "running";
        }
    }

    /**
     * The report of an order.
     *
     * @param partitions the number of partitions of the event topic
     * @param receipts those of the latest replay of each partition, which may belong to another order
     */
    static ReplayReport of(String name, ReplayOrder order, int partitions, List<ReplayReceipt> receipts) {
        List<Partition> parts = IntStream.range(0, partitions)
                .mapToObj(partition -> receipts.stream()
                        .filter(receipt -> receipt.partition() == partition && isOf(order, receipt))
                        .findFirst()
                        .map(Partition::of)
                        .orElseGet(() -> new Partition(partition, false, null, null, null, null, ReplayCounts.NONE)))
                .toList();
        return of(name, order, parts);
    }

    /**
     * The report of the replay that began last; empty where there was none. A replay without an order is reported for the
     * partitions where it began, because the others may not be part of it.
     *
     * @param partitions the number of partitions of the event topic
     */
    static Optional<ReplayReport> latest(String name, int partitions, List<ReplayReceipt> receipts) {
        return receipts.stream()
                .max(Comparator.comparing(ReplayReceipt::begunAt))
                .map(newest -> {
                    ReplayOrder order = newest.order();
                    return order.ordered() ? of(name, order, partitions, receipts) : ofBegun(name, order, receipts);
                });
    }

    /** As {@link #latest}, for the partitions of one instance where the replay began. */
    public static Optional<ReplayReport> ofInstance(String name, List<ReplayReceipt> receipts) {
        return receipts.stream()
                .max(Comparator.comparing(ReplayReceipt::begunAt))
                .map(newest -> ofBegun(name, newest.order(), receipts));
    }

    private static ReplayReport ofBegun(String name, ReplayOrder order, List<ReplayReceipt> receipts) {
        return of(
                name,
                order,
                receipts.stream()
                        .filter(receipt -> isOf(order, receipt))
                        .map(Partition::of)
                        .toList());
    }

    private static boolean isOf(ReplayOrder order, ReplayReceipt receipt) {
        return receipt.order().id().equals(order.id());
    }

    private static ReplayReport of(String name, ReplayOrder order, List<Partition> parts) {
        return new ReplayReport(
                name,
                order.number(),
                order.mode().text(),
                order.selection().toString(),
                order.by(),
                order.at().toString(),
                parts.stream().allMatch(Partition::complete),
                parts.stream().map(Partition::counts).reduce(ReplayCounts.NONE, ReplayCounts::plus),
                parts);
    }

    /** The receipt as text, without partitions that are complete and had no events. */
    public String text() {
        StringBuilder text = new StringBuilder(title());
        text.append(String.format(
                Locale.ROOT,
                "%n%n%9s %12s %12s %12s %12s %12s %12s %12s  %s",
                "partition",
                "events",
                "reused",
                "run",
                "failed",
                "parked",
                "missing",
                "ambiguous",
                "state"));
        List<Partition> shown = partitions.stream()
                .filter(part -> !part.complete() || part.counts().events() > 0)
                .toList();
        shown.forEach(part -> row(text, String.valueOf(part.partition()), part.counts(), part.state()));
        row(text, "all", counts, complete ? "complete" : "NOT COMPLETE");
        if (shown.size() < partitions.size()) {
            text.append(System.lineSeparator()).append(ReplayPlan.omitted(partitions.size() - shown.size()));
        }
        if (counts.missing() > 0) {
            text.append(String.format(
                    Locale.ROOT,
                    "%n%n%,d EFFECTS HAVE NO RECORDED RESULT and did not run. A replay with --mode %s runs them.",
                    counts.missing(),
                    ReplayMode.FILL_GAPS));
        }
        if (!complete) {
            text.append(String.format(
                    Locale.ROOT,
                    "%n%nThe replay is not complete: the counts are those committed so far. It continues while the sink is "
                            + "running."));
        }
        return text.toString();
    }

    private String title() {
        if (number == 0) {
            return "Replay of sink " + name
                    + " without an order (offsets were moved by another tool), so no effect ran; begun at " + at;
        }
        return "Replay " + number + " of sink " + name + ": " + mode + suffix(select) + ", ordered by "
                + Output.escape(by) + " at " + at;
    }

    /** The selection, as it follows the mode in a title. */
    static String suffix(String selection) {
        return selection.equals(Selection.ALL.toString()) ? ", all events" : " of " + Output.escape(selection);
    }

    private static void row(StringBuilder text, String partition, ReplayCounts counts, String state) {
        text.append(String.format(
                Locale.ROOT,
                "%n%9s %12d %12d %12d %12d %12d %12d %12d  %s",
                partition,
                counts.events(),
                counts.reused(),
                counts.run(),
                counts.failed(),
                counts.parked(),
                counts.missing(),
                counts.ambiguous(),
                state));
    }
}
