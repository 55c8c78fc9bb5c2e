package io.taskqueue.benchmarks;

import io.taskqueue.benchmarks.broker.BenchmarkCluster;
import io.taskqueue.benchmarks.broker.BrokerProcess;
import io.taskqueue.benchmarks.broker.WorkDirectory;
import io.taskqueue.benchmarks.measure.Compression;
import io.taskqueue.benchmarks.measure.MachineDescription;
import io.taskqueue.benchmarks.measure.PairedRatio;
import io.taskqueue.benchmarks.measure.ResultTables;
import io.taskqueue.benchmarks.measure.Samples;
import io.taskqueue.benchmarks.scale.ScaleOptions;
import io.taskqueue.benchmarks.scale.ScaleRun;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/** {@code benchmarks/run scale}: what a process costs with one queue and with many, each in a process of its own, in turn. */
public final class ScaleComparison {

    private static final String RUN = "scale";
    private static final double KILOBYTE = 1024;

    private final ScaleOptions options;
    private final ResultTables tables;
    private final Map<Case, List<Measured>> runs = new LinkedHashMap<>();

    /** What is measured, in each round once. */
    private record Case(int queues, Compression compression) {}

    /**
     * A run, and what it cost beside its process.
     *
     * @param bytesATask in the log of the broker
     * @param brokerMicros CPU of the broker a task
     */
    private record Measured(ScaleRun run, double bytesATask, double brokerMicros) {}

    private ScaleComparison(ScaleOptions options) {
        this.options = options;
        this.tables = new ResultTables(RUN, !options.brief());
    }

    public static void main(String[] arguments) throws Exception {
        ScaleOptions options;
        try {
            options = ScaleOptions.parse(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
            return;
        }
        new ScaleComparison(options).run();
        System.exit(0);
    }

    private void run() throws Exception {
        try (WorkDirectory directory = WorkDirectory.create("scale-");
                BrokerProcess broker = BrokerProcess.start(directory.path().resolve("broker"));
                BenchmarkCluster cluster = new BenchmarkCluster(broker.bootstrapServers())) {
            for (int round = 1; round <= options.rounds(); round++) {
                for (Compression compression : options.compressions()) {
                    for (int queues : options.queues()) {
                        measure(round, new Case(queues, compression), broker, cluster);
                    }
                }
            }
        }
        addQueues();
        addCompressions();
        String conditions = "Medians of " + options.rounds() + " rounds; each process has a heap of 2 GB. "
                + MachineDescription.describe(BrokerProcess.HEAP);
        System.out.println(tables.markdown(conditions));
        if (options.page().isPresent()) {
            tables.writeInto(options.page().get(), RUN, conditions);
        }
        tables.write(WorkDirectory.TARGET.resolve("scale.json"), conditions);
    }

    private void measure(int round, Case measured, BrokerProcess broker, BenchmarkCluster cluster) throws Exception {
        String topic = cluster.newName("events");
        double before = broker.cpuMicros();
        ScaleRun run =
                ScaleRun.measure(broker.bootstrapServers(), topic, measured.queues(), measured.compression(), options);
        double tasks = options.tasks() + options.tasks() / 2; // with those that warm up
        Measured result = new Measured(run, cluster.bytes(topic) / tasks, (broker.cpuMicros() - before) / tasks);
        runs.computeIfAbsent(measured, first -> new ArrayList<>()).add(result);
        System.err.println("round " + round + ", " + measured + ": " + result);
        cluster.deleteAllExcept(Set.of());
    }

    private void addQueues() throws IOException {
        Compression compression = options.compressions().get(0);
        ResultTables.Table table = tables.table(
                "Queues of a process",
                "queues",
                "threads",
                "start of a queue, ms",
                "heap an idle queue, KB",
                "other memory an idle queue, KB",
                "CPU while idle, % of a core",
                "without the compilers",
                "events/s, all busy",
                "against the first row",
                "CPU µs an event");
        Case base = new Case(options.queues().get(0), compression);
        for (int queues : options.queues()) {
            Case row = new Case(queues, compression);
            PairedRatio ratio = PairedRatio.of(samples(row, ScaleRun::perSecond), samples(base, ScaleRun::perSecond));
            double heap = anIdleQueue(row, base, ScaleRun::heap);
            double other = anIdleQueue(row, base, ScaleRun::other);
            table.row(
                    count(queues),
                    number("%.0f", row, ScaleRun::threads),
                    number("%.2f", row, ScaleRun::startMillis),
                    row.equals(base) ? "–" : ResultTables.number("%.1f", heap),
                    row.equals(base) ? "–" : ResultTables.number("%.1f", other),
                    number("%.2f", row, run -> 100 * run.idleShare()),
                    number("%.2f", row, run -> 100 * run.idleShareWithoutCompilers()),
                    samples(row, ScaleRun::perSecond).spread(),
                    ratio.toString(),
                    number("%.1f", row, ScaleRun::cpuMicros));
            if (!row.equals(base) && compression.equals(Compression.DEFAULT)) {
                addGoals(row, base, ratio, heap + other);
            }
        }
        table.note(
                "Memory: what the process has in use more than one with the queues of the first row, divided by the further queues."
                        + " *Other* is what the JVM has committed outside of its heap: threads, classes, code, buffers.");
    }

    private void addCompressions() {
        ResultTables.Table table = tables.table(
                "Compression and confirmation",
                "queues",
                "compression",
                "events/s, all busy",
                "CPU µs an event",
                "broker CPU µs a task",
                "bytes on disk a task",
                "enqueue → confirmed, ms, p50 / p99");
        runs.forEach((row, results) -> table.row(
                count(row.queues()),
                row.compression().text(),
                samples(row, ScaleRun::perSecond).spread(),
                number("%.1f", row, ScaleRun::cpuMicros),
                ResultTables.number(
                        "%.1f", measured(row, Measured::brokerMicros).median()),
                ResultTables.number("%,.0f", measured(row, Measured::bytesATask).median()),
                number("%.2f", row, ScaleRun::confirmed) + " / " + number("%.2f", row, ScaleRun::confirmedP99)));
        table.note(
                "Confirmed: one task at a time, of all queues in turn, after they were busy. The broker's CPU is all that it used during a"
                        + " process, also while that was idle.");
    }

    private void addGoals(Case row, Case base, PairedRatio ratio, double kilobytes) throws IOException {
        String run = count(row.queues()) + " queues";
        double more = samples(row, ScaleRun::threads).median()
                - samples(base, ScaleRun::threads).median();
        tables.goal(run, "no thread more than with one queue", ResultTables.number("%.0f", more), more <= 0);
        tables.goal(run, "at most 16 KB an idle queue", ResultTables.number("%.1f KB", kilobytes), kilobytes <= 16);
        double start = samples(row, ScaleRun::startMillis).median();
        tables.goal(run, "start of a queue at most 1 ms", ResultTables.number("%.2f ms", start), start <= 1);
        boolean many = row.queues() > 1_000;
        double mark = many ? 0.8 : 0.9;
        tables.goal(run, "events/s, all busy, at least " + mark + " of one queue", ratio, mark);
        double idle = 100 * samples(row, ScaleRun::idleShareWithoutCompilers).median();
        double most = many ? 3 : 1;
        tables.goal(
                run,
                "CPU while idle, without the compilers, at most " + ResultTables.number("%.0f", most) + " % of a core",
                ResultTables.number("%.2f %%", idle),
                idle <= most);
    }

    private double anIdleQueue(Case row, Case base, ToDoubleFunction<ScaleRun> bytes) {
        return (samples(row, bytes).median() - samples(base, bytes).median())
                / KILOBYTE
                / Math.max(1, row.queues() - base.queues());
    }

    private String number(String format, Case row, ToDoubleFunction<ScaleRun> figure) {
        return ResultTables.number(format, samples(row, figure).median());
    }

    private Samples samples(Case row, ToDoubleFunction<ScaleRun> figure) {
        return measured(row, result -> figure.applyAsDouble(result.run()));
    }

    private Samples measured(Case row, ToDoubleFunction<Measured> figure) {
        Samples samples = new Samples(row.toString());
        runs.getOrDefault(row, List.of()).stream().mapToDouble(figure).forEach(samples::add);
        return samples;
    }

    private static String count(int queues) {
        return String.format(Locale.ROOT, "%,d", queues);
    }
}
