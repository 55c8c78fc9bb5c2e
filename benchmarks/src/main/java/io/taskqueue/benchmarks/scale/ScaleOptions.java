package io.taskqueue.benchmarks.scale;

import io.taskqueue.benchmarks.measure.CommandOptions;
import io.taskqueue.benchmarks.measure.Compression;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The options of {@code benchmarks/run scale}.
 *
 * @param queues how many queues a process has, one process after the other; the first is compared with
 * @param rounds of each
 * @param tasks while all queues are busy
 * @param idleSeconds how long the queues are idle
 * @param compressions each measured with each number of queues; the goals are about the source's own
 * @param bufferMegabytes of all queues together; 0 for the default
 * @param brief whether the figures are not meaningful
 * @param page the page of the documentation whose tables are replaced
 */
public record ScaleOptions(
        List<Integer> queues,
        int rounds,
        int tasks,
        int idleSeconds,
        List<Compression> compressions,
        int bufferMegabytes,
        boolean brief,
        Optional<Path> page) {

    static final String USAGE =
            """
            Usage: benchmarks/run scale [--short] [--queues L] [--rounds N] [--tasks N] [--idle S]
                                    [--compression L] [--buffer MB] [--into PAGE]
              --short          1 and 50 queues, few tasks: checks that everything runs; its figures are not meaningful
              --queues L       how many queues; default 1,1000,10000
              --rounds N       rounds of each, of which the median is shown; default 3
              --tasks N        tasks while all queues are busy, with three events each, after half as many that warm up; default 900000
              --idle S         seconds during which the queues are idle; default 60
              --compression L  a list such as none,lz4,zstd:1 to compare; default: the source's own
              --buffer MB      what the buffers of all queues hold together; default: the group's own
              --into PAGE      replaces the tables on a page of the documentation
            """;

    /** @throws IllegalArgumentException if an option is unknown or an operand is wrong */
    public static ScaleOptions parse(String[] arguments) {
        boolean brief = List.of(arguments).contains("--short");
        List<Integer> queues = brief ? List.of(1, 50) : List.of(1, 1_000, 10_000);
        int rounds = brief ? 1 : 3;
        int tasks = brief ? 2_000 : 900_000;
        int idleSeconds = brief ? 1 : 60;
        List<Compression> compressions = List.of(Compression.DEFAULT);
        int bufferMegabytes = 0;
        Optional<Path> page = Optional.empty();
        for (int i = 0; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--short" -> {}
                case "--queues" -> queues = Stream.of(
                                CommandOptions.operand(arguments, ++i, "[1-9][0-9]{0,5}(,[1-9][0-9]{0,5})*", USAGE)
                                        .split(",", -1))
                        .map(Integer::valueOf)
                        .toList();
                case "--rounds" -> rounds = number(arguments, ++i);
                case "--tasks" -> tasks = number(arguments, ++i);
                case "--idle" -> idleSeconds = number(arguments, ++i);
                case "--compression" -> compressions =
                        Compression.list(CommandOptions.operand(arguments, ++i, Compression.LIST, USAGE));
                case "--buffer" -> bufferMegabytes = number(arguments, ++i);
                case "--into" -> page = Optional.of(Path.of(CommandOptions.operand(arguments, ++i, ".+", USAGE)));
                default -> throw CommandOptions.unknown(arguments[i], USAGE);
            }
        }
        return new ScaleOptions(queues, rounds, tasks, idleSeconds, compressions, bufferMegabytes, brief, page);
    }

    private static int number(String[] arguments, int index) {
        return Integer.parseInt(CommandOptions.operand(arguments, index, "[1-9][0-9]{0,7}", USAGE));
    }
}
