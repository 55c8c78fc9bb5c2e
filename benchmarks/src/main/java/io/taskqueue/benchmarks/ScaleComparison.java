package io.taskqueue.benchmarks;

import io.taskqueue.benchmarks.broker.BenchmarkCluster;
import io.taskqueue.benchmarks.broker.BrokerProcess;
import io.taskqueue.benchmarks.broker.WorkDirectory;
import io.taskqueue.benchmarks.measure.MachineDescription;
import io.taskqueue.benchmarks.measure.PairedRatio;
import io.taskqueue.benchmarks.measure.ResultTables;
import io.taskqueue.benchmarks.measure.Samples;
import io.taskqueue.benchmarks.scale.ScaleOptions;
import io.taskqueue.benchmarks.scale.ScaleRun;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/** {@code benchmarks/run scale}: what a process costs with one queue and with many, each in a process of its own, in turn. */
public final class ScaleComparison {

    private static final String RUN = "scale";
    private static final double KILOBYTE = 1024;

    private final ScaleOptions options;
    private final ResultTables tables;
    private final Map<Integer, List<ScaleRun>> runs = new TreeMap<>();

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
                for (int queues : options.queues()) {
                    ScaleRun run = ScaleRun.measure(
                            broker.bootstrapServers(),
                            cluster.newName("events"),
                            queues,
                            options.tasks(),
                            options.idleSeconds());
                    runs.computeIfAbsent(queues, count -> new ArrayList<>()).add(run);
                    System.err.println("round " + round + ", " + queues + " queues: " + run);
                    cluster.deleteAllExcept(Set.of());
                }
            }
        }
        addTable();
        String conditions = "Medians of " + options.rounds() + " rounds; each process has a heap of 2 GB. "
                + MachineDescription.describe(BrokerProcess.HEAP);
        System.out.println(tables.markdown(conditions));
        if (options.page().isPresent()) {
            tables.writeInto(options.page().get(), RUN, conditions);
        }
        tables.write(WorkDirectory.TARGET.resolve("scale.json"), conditions);
    }

    private void addTable() throws IOException {
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
        int base = options.queues().get(0);
        for (int queues : options.queues()) {
            PairedRatio ratio =
                    PairedRatio.of(samples(queues, ScaleRun::perSecond), samples(base, ScaleRun::perSecond));
            double heap = anIdleQueue(queues, base, ScaleRun::heap);
            double other = anIdleQueue(queues, base, ScaleRun::other);
            table.row(
                    String.format(Locale.ROOT, "%,d", queues),
                    number("%.0f", queues, ScaleRun::threads),
                    number("%.2f", queues, ScaleRun::startMillis),
                    queues == base ? "–" : ResultTables.number("%.1f", heap),
                    queues == base ? "–" : ResultTables.number("%.1f", other),
                    number("%.2f", queues, run -> 100 * run.idleShare()),
                    number("%.2f", queues, run -> 100 * run.idleShareWithoutCompilers()),
                    samples(queues, ScaleRun::perSecond).spread(),
                    ratio.toString(),
                    number("%.1f", queues, ScaleRun::cpuMicros));
            if (queues != base) {
                addGoals(queues, base, ratio, heap + other);
            }
        }
        table.note(
                "Memory: what the process has in use more than one with the queues of the first row, divided by the further queues."
                        + " *Other* is what the JVM has committed outside of its heap: threads, classes, code, buffers.");
    }

    private void addGoals(int queues, int base, PairedRatio ratio, double kilobytes) throws IOException {
        String run = String.format(Locale.ROOT, "%,d queues", queues);
        double more = samples(queues, ScaleRun::threads).median()
                - samples(base, ScaleRun::threads).median();
        tables.goal(run, "no thread more than with one queue", ResultTables.number("%.0f", more), more <= 0);
        tables.goal(run, "at most 16 KB an idle queue", ResultTables.number("%.1f KB", kilobytes), kilobytes <= 16);
        double start = samples(queues, ScaleRun::startMillis).median();
        tables.goal(run, "start of a queue at most 1 ms", ResultTables.number("%.2f ms", start), start <= 1);
        boolean many = queues > 1_000;
        double mark = many ? 0.8 : 0.9;
        tables.goal(run, "events/s, all busy, at least " + mark + " of one queue", ratio, mark);
        double idle = 100 * samples(queues, ScaleRun::idleShareWithoutCompilers).median();
        double most = many ? 3 : 1;
        tables.goal(
                run,
                "CPU while idle, without the compilers, at most " + ResultTables.number("%.0f", most) + " % of a core",
                ResultTables.number("%.2f %%", idle),
                idle <= most);
    }

    private double anIdleQueue(int queues, int base, ToDoubleFunction<ScaleRun> bytes) {
        return (samples(queues, bytes).median() - samples(base, bytes).median())
                / KILOBYTE
                / Math.max(1, queues - base);
    }

    private String number(String format, int queues, ToDoubleFunction<ScaleRun> figure) {
        return ResultTables.number(format, samples(queues, figure).median());
    }

    private Samples samples(int queues, ToDoubleFunction<ScaleRun> figure) {
        Samples samples = new Samples(queues + " queues");
        runs.getOrDefault(queues, List.of()).stream().mapToDouble(figure).forEach(samples::add);
        return samples;
    }
}
