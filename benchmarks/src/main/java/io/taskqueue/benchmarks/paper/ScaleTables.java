package io.taskqueue.benchmarks.paper;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The tables of docs/scale.md. */
public final class ScaleTables {

    private static final long SEED = 11;

    /** A queue of which a split leaves no more than a quarter of a partition's mean load. */
    private static final double PART = 0.25;

    private static final List<ScaleEstimate> STEPS =
            List.of(new ScaleEstimate(1e6), new ScaleEstimate(1e8), new ScaleEstimate(1e10));
    private static final List<Integer> PARTITIONS = List.of(12, 48, 192);

    private ScaleTables() {}

    /** Both tables in Markdown. */
    public static String markdown() {
        return estimates() + "\n" + hotQueues();
    }

    private static String estimates() {
        return "| tasks a day | 1 M | 100 M | 10 G |\n| --- | ---: | ---: | ---: |\n"
                + row("tasks/s, mean", step -> number(step.tasksADay() / 86_400))
                + row("tasks/s, peak", step -> number(step.peakTasks()))
                + row("events/s, peak", step -> number(step.peakEvents()))
                + row("bytes a day, not compressed", step -> bytes(step.bytesADay(ScaleEstimate.BYTES_NONE)))
                + row("bytes a day, zstd", step -> bytes(step.bytesADay(ScaleEstimate.BYTES_ZSTD)))
                + row("disk, 3 replicas, 7 days, zstd", step -> bytes(step.diskBytes(ScaleEstimate.BYTES_ZSTD)))
                + row("partitions, queues all alike", step -> number(step.partitions()))
                + row("brokers, zstd", step -> number(step.brokers(ScaleEstimate.BYTES_ZSTD)))
                + row("brokers, not compressed", step -> number(step.brokers(ScaleEstimate.BYTES_NONE)))
                + row("dispatchers", step -> number(step.dispatchers()))
                + row("instances of a sink", step -> number(step.sinkInstances()))
                + row("calls of 10 ms at once, of a sink", step -> number(step.concurrentCalls()))
                + row("restore of an instance's results, s", step -> number(step.restoreSeconds()));
    }

    private static String row(String name, Function<ScaleEstimate, String> cell) {
        return "| " + name + " | " + STEPS.stream().map(cell).collect(Collectors.joining(" | ")) + " |\n";
    }

    private static String hotQueues() {
        StringBuilder text = new StringBuilder("| queues | skew | share of the busiest | "
                + PARTITIONS.stream().map(count -> count + " partitions").collect(Collectors.joining(" | "))
                + " | split, 192 partitions | queues then, of the busiest |\n| ---: | ---: | ---: |"
                + " ---: |".repeat(PARTITIONS.size() + 2) + "\n");
        for (int queues : List.of(1_000, 100_000)) {
            for (double skew : List.of(0.0, 0.8, 1.0, 1.2)) {
                text.append(hotQueues(queues, skew));
            }
        }
        return text.toString();
    }

    private static String hotQueues(int queues, double skew) {
        StringBuilder row = new StringBuilder(String.format(
                Locale.ROOT,
                "| %,d | %.1f | %.2f %% |",
                queues,
                skew,
                100 * new HotQueues(queues, skew, 1).shares()[0]));
        for (int partitions : PARTITIONS) {
            HotQueues topic = new HotQueues(queues, skew, partitions);
            row.append(String.format(Locale.ROOT, " %.1f |", topic.carries(topic.shares(), SEED)));
        }
        HotQueues most = new HotQueues(queues, skew, PARTITIONS.get(PARTITIONS.size() - 1));
        HotQueues.Split split = most.split(PART);
        row.append(String.format(
                Locale.ROOT,
                " %.1f | %,d, %,d |%n",
                most.carries(most.splitShares(PART), SEED),
                split.queues(),
                split.ofBusiest()));
        return row.toString();
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%,.0f", value);
    }

    private static String bytes(double value) {
        if (value >= 1e12) {
            return String.format(Locale.ROOT, "%,.1f TB", value / 1e12);
        }
        return String.format(Locale.ROOT, "%,.1f GB", value / 1e9);
    }
}
