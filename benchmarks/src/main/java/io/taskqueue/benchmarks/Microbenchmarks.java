package io.taskqueue.benchmarks;

import java.nio.file.Files;
import java.nio.file.Path;
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
 * The JMH benchmarks, in one command: the queue with one and with four threads, the wire format with one. Arguments are
 * JMH's own and replace what is chosen here. Ends with a table in Markdown; JMH's results are in {@code benchmarks/target}.
 */
public final class Microbenchmarks {

    private static final Path RESULTS = Path.of("benchmarks", "target");

    private Microbenchmarks() {}

    public static void main(String[] arguments) throws Exception {
        CommandLineOptions asked = new CommandLineOptions(arguments);
        Files.createDirectories(RESULTS);
        List<RunResult> results = new ArrayList<>();
        results.addAll(run(asked, QueueBenchmark.class, 1));
        results.addAll(run(asked, QueueBenchmark.class, 4));
        results.addAll(run(asked, SerdeBenchmark.class, 1));
        System.out.println();
        System.out.println("| benchmark | with | threads | result |");
        System.out.println("| --- | --- | ---: | ---: |");
        results.forEach(result -> System.out.println(row(result)));
    }

    private static Collection<RunResult> run(CommandLineOptions asked, Class<?> benchmark, int threads)
            throws Exception {
        ChainedOptionsBuilder options = new OptionsBuilder()
                .parent(asked)
                .include("\\." + benchmark.getSimpleName() + "\\.")
                .threads(threads)
                .forks(asked.getForkCount().orElse(1))
                .warmupIterations(asked.getWarmupIterations().orElse(3))
                .warmupTime(asked.getWarmupTime().orElse(TimeValue.seconds(2)))
                .measurementIterations(asked.getMeasurementIterations().orElse(5))
                .measurementTime(asked.getMeasurementTime().orElse(TimeValue.seconds(2)))
                .resultFormat(ResultFormatType.JSON)
                .result(RESULTS.resolve("jmh-" + benchmark.getSimpleName() + "-" + threads + ".json")
                        .toString());
        return new Runner(options.build()).run();
    }

    private static String row(RunResult result) {
        String name = result.getParams().getBenchmark();
        Result<?> score = result.getPrimaryResult();
        StringBuilder with = new StringBuilder();
        result.getParams()
                .getParamsKeys()
                .forEach(key -> with.append(result.getParams().getParam(key)).append(' '));
        return String.format(
                Locale.ROOT,
                "| %s | %s | %d | %,.0f ± %,.0f %s |",
                name.substring(name.lastIndexOf('.') + 1),
                with.toString().strip(),
                result.getParams().getThreads(),
                score.getScore(),
                score.getScoreError(),
                score.getScoreUnit());
    }
}
