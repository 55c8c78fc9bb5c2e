package io.taskqueue.benchmarks;

import io.taskqueue.benchmarks.broker.WorkDirectory;
import io.taskqueue.benchmarks.micro.BurstBenchmark;
import io.taskqueue.benchmarks.micro.QueueBenchmark;
import io.taskqueue.benchmarks.micro.SerdeBenchmark;
import io.taskqueue.benchmarks.micro.TracingBenchmark;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * {@code benchmarks/run jmh}: the JMH benchmarks of the queue, with one and with four threads and in bursts, of a traced queue and of the wire format, with one.
 * The arguments are those of JMH and override the settings here. Prints a table in Markdown at the end; JMH's own results are in
 * {@code benchmarks/target}.
 */
public final class Microbenchmarks {

    private Microbenchmarks() {}

    public static void main(String[] arguments) throws Exception {
        CommandLineOptions overrides = new CommandLineOptions(arguments);
        Files.createDirectories(WorkDirectory.TARGET);
        List<RunResult> results = new ArrayList<>();
        results.addAll(run(overrides, QueueBenchmark.class, 1, 3, 5));
        results.addAll(run(overrides, QueueBenchmark.class, 4, 3, 5));
        results.addAll(run(overrides, BurstBenchmark.class, 1, 300, 100)); // its iterations are of milliseconds
        results.addAll(run(overrides, TracingBenchmark.class, 1, 3, 5));
        results.addAll(run(overrides, SerdeBenchmark.class, 1, 3, 5));
        System.out.println();
        System.out.println(
                "| benchmark | parameters | threads | result | caller: ns of CPU an event | caller: bytes an event |");
        System.out.println("| --- | --- | ---: | ---: | ---: | ---: |");
        results.forEach(result -> System.out.println(row(result)));
    }

    private static Collection<RunResult> run(
            CommandLineOptions overrides, Class<?> benchmark, int threads, int warmUps, int iterations)
            throws Exception {
        ChainedOptionsBuilder options = new OptionsBuilder()
                .parent(overrides)
                .include("\\." + benchmark.getSimpleName() + "\\.")
                .threads(threads)
                .forks(overrides.getForkCount().orElse(1))
                .warmupIterations(overrides.getWarmupIterations().orElse(warmUps))
                .warmupTime(overrides.getWarmupTime().orElse(TimeValue.seconds(2)))
                .measurementIterations(overrides.getMeasurementIterations().orElse(iterations))
                .measurementTime(overrides.getMeasurementTime().orElse(TimeValue.seconds(2)))
                .resultFormat(ResultFormatType.JSON)
                .result(WorkDirectory.TARGET
                        .resolve("jmh-" + benchmark.getSimpleName() + "-" + threads + ".json")
                        .toString());
        return new Runner(options.build()).run();
    }

    private static String row(RunResult result) {
        String name = result.getParams().getBenchmark();
        Result<?> score = result.getPrimaryResult();
        StringBuilder parameters = new StringBuilder();
        result.getParams().getParamsKeys().forEach(key -> parameters
                .append(result.getParams().getParam(key))
                .append(' '));
        return String.format(
                Locale.ROOT,
                "| %s | %s | %d | %,.0f ± %,.0f %s | %s | %s |",
                name.substring(name.lastIndexOf('.') + 1),
                parameters.toString().strip(),
                result.getParams().getThreads(),
                score.getScore(),
                score.getScoreError(),
                score.getScoreUnit(),
                anEvent(result, "cpuNanos"),
                anEvent(result, "allocatedBytes"));
    }

    /** What a calling thread spends on an event, where a benchmark measures that. */
    private static String anEvent(RunResult result, String counter) {
        Result<?> spent = result.getSecondaryResults().get(counter);
        Result<?> events = result.getSecondaryResults().get("events");
        return spent == null || events == null
                ? "–"
                : String.format(Locale.ROOT, "%,.0f", spent.getScore() / events.getScore());
    }
}
