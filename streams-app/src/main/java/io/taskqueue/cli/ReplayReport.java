package io.taskqueue.cli;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.taskqueue.streams.ReplayCounts;
import io.taskqueue.streams.ReplayMode;
import io.taskqueue.streams.ReplayOrder;
import io.taskqueue.streams.ReplayReceipt;
import io.taskqueue.streams.Selection;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The receipt of a sink's latest replay, its partitions added up.
 *
 * @param number the order's number; 0 where the offsets were moved without one
 * @param mode what became of effects
 * @param by who ordered it
 * @param complete whether all that was to be seen again is done with
 * @param counts the sums
 * @param partitions each by itself
 */
@JsonPropertyOrder({"name", "number", "mode", "select", "by", "at", "complete", "counts", "partitions"})
record ReplayReport(
        String name,
        int number,
        String mode,
        String select,
        String by,
        String at,
        boolean complete,
        ReplayCounts counts,
        List<Partition> partitions) {

    /** One partition's part; without times and offsets where it has not begun. */
    record Partition(
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
            return begunAt == null ? "not begun" : complete ? "complete" : "goes on";
        }
    }

    /**
     * The report of an order, whose sink has a number of partitions.
     *
     * @param receipts those of each partition's latest replay, which may be another order's
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

    /** The report of the replay that began last; empty where there was none. Without an order, only some partitions need have one. */
    static Optional<ReplayReport> latest(String name, int partitions, List<ReplayReceipt> receipts) {
        return receipts.stream()
                .max(Comparator.comparing(ReplayReceipt::begunAt))
                .map(newest -> {
                    ReplayOrder order = newest.order();
                    return order.ordered() ? of(name, order, partitions, receipts) : began(name, order, receipts);
                });
    }

    /** The report of the replay that began last, of those partitions where it began; empty where there was none. */
    static Optional<ReplayReport> here(String name, List<ReplayReceipt> receipts) {
        return receipts.stream()
                .max(Comparator.comparing(ReplayReceipt::begunAt))
                .map(newest -> began(name, newest.order(), receipts));
    }

    private static ReplayReport began(String name, ReplayOrder order, List<ReplayReceipt> receipts) {
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

    /** The receipt as a person reads it, without partitions that are complete and had nothing. */
    String text() {
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
            text.append(System.lineSeparator()).append(ReplayPlan.none(partitions.size() - shown.size()));
        }
        if (counts.missing() > 0) {
            text.append(String.format(
                    Locale.ROOT,
                    "%n%n%,d EFFECTS HAVE NO RECORDED RESULT, and did not run. A replay with --mode %s runs them.",
                    counts.missing(),
                    ReplayMode.FILL_GAPS));
        }
        if (!complete) {
            text.append(String.format(
                    Locale.ROOT,
                    "%n%nThe replay is not complete: the numbers are what was committed so far. It goes on while the sink "
                            + "runs."));
        }
        return text.toString();
    }

    private String title() {
        if (number == 0) {
            return "Replay of sink " + name + " that was not ordered here, so that nothing ran; begun at " + at;
        }
        return "Replay " + number + " of sink " + name + ": " + mode + of(select) + ", ordered by " + Printable.line(by)
                + " at " + at;
    }

    /** The selection, as it follows the mode in a sentence. */
    static String of(String selection) {
        return selection.equals(Selection.ALL.toString()) ? ", all events" : " of " + Printable.line(selection);
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
