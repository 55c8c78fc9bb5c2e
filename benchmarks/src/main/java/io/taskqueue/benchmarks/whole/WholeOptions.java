package io.taskqueue.benchmarks.whole;

import io.taskqueue.benchmarks.measure.CommandOptions;
import io.taskqueue.benchmarks.measure.Compression;
import io.taskqueue.benchmarks.measure.InterleavedRounds;
import io.taskqueue.event.PayloadInclusion;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The options of {@code benchmarks/run whole}.
 *
 * @param rounds the rounds of each candidate
 * @param workload what each round does
 * @param latencies the number of tasks whose latency is taken: one at a time, and at a fixed rate
 * @param compressions the compressions to measure
 * @param payloads which events include the payload; each is measured with each compression
 */
public record WholeOptions(
        InterleavedRounds rounds,
        WholeWorkload workload,
        int latencies,
        List<Compression> compressions,
        List<PayloadInclusion> payloads) {

    static final String USAGE =
            """
            Usage: benchmarks/run whole [--short] [--rounds N] [--warm-ups N] [--tasks N] [--workers N] [--work MS]
                                    [--compression L] [--payload L]
              --short          few tasks, one round: checks that everything runs; its figures are not meaningful
              --rounds N       measured rounds; default 5
              --warm-ups N     rounds before them; default 6: two cores compile the code of this process and of the broker for a minute
              --tasks N        tasks in a round; default 100000
              --workers N      threads that perform tasks; default 64
              --work MS        how long a task takes, in milliseconds; default 0
              --compression L  a list such as none,lz4,zstd:1 to compare; default: the source's own
              --payload L      which events include the payload: every-event, first-event, or both with a comma; default every-event
            """;

    /** @throws IllegalArgumentException if an option is unknown or an operand is wrong */
    public static WholeOptions parse(String[] arguments) {
        boolean brief = List.of(arguments).contains("--short");
        int rounds = brief ? 1 : 5;
        int warmUps = brief ? 0 : 6;
        int tasks = brief ? 5_000 : 100_000;
        int workers = WholeWorkload.WORKERS;
        int work = 0;
        List<Compression> compressions = List.of(Compression.DEFAULT);
        List<PayloadInclusion> payloads = List.of(PayloadInclusion.EVERY_EVENT);
        for (int i = 0; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--short" -> {}
                case "--rounds" -> rounds = number(arguments, ++i);
                case "--warm-ups" -> warmUps = number(arguments, ++i);
                case "--tasks" -> tasks = number(arguments, ++i);
                case "--workers" -> workers = number(arguments, ++i);
                case "--work" -> work = number(arguments, ++i);
                case "--compression" -> compressions =
                        Compression.list(CommandOptions.operand(arguments, ++i, Compression.LIST, USAGE));
                case "--payload" -> payloads = Stream.of(CommandOptions.operand(
                                        arguments, ++i, "(every|first)-event(,(every|first)-event)?", USAGE)
                                .split(",", -1))
                        .map(name -> PayloadInclusion.valueOf(
                                name.toUpperCase(Locale.ROOT).replace('-', '_')))
                        .toList();
                default -> throw CommandOptions.unknown(arguments[i], USAGE);
            }
        }
        return new WholeOptions(
                new InterleavedRounds(rounds, warmUps),
                new WholeWorkload(tasks, workers, Duration.ofMillis(work)),
                brief ? 50 : 2_000,
                compressions,
                payloads);
    }

    private static int number(String[] arguments, int index) {
        return Integer.parseInt(CommandOptions.operand(arguments, index, "[1-9][0-9]{0,8}", USAGE));
    }
}
