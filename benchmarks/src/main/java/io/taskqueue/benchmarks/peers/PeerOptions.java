package io.taskqueue.benchmarks.peers;

import io.taskqueue.benchmarks.measure.CommandOptions;
import io.taskqueue.benchmarks.measure.InterleavedRounds;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The options of {@code benchmarks/run peers}.
 *
 * @param rounds the rounds of each contender
 * @param tasks the tasks in a round of the fastest contenders, without work
 * @param sections what is measured
 * @param only the beginnings of the names of the contenders that take part; empty for all
 * @param brief whether the figures are not meaningful
 * @param page the page of the documentation whose tables are replaced
 */
public record PeerOptions(
        InterleavedRounds rounds,
        int tasks,
        Set<Section> sections,
        List<String> only,
        boolean brief,
        Optional<Path> page) {

    /** What is measured. */
    public enum Section {
        NOOP,
        SLOW,
        LATENCY,
        KILL
    }

    static final String USAGE =
            """
            Usage: benchmarks/run peers [--short] [--rounds N] [--tasks N] [--sections L] [--only NAME,...] [--into PAGE]
              --short       few tasks, one round: checks that everything runs; its figures are not meaningful
              --rounds N    measured rounds of each contender; default 5
              --tasks N     tasks in a round of the fastest contenders, without work; default 200000
              --sections L  of noop,slow,latency,kill; default all
              --only L      contenders whose names begin with one of a list
              --into PAGE   replaces the tables on a page of the documentation
            """;

    private static final String SECTION = "(noop|slow|latency|kill)";

    /** @throws IllegalArgumentException if an option is unknown or an operand is wrong */
    public static PeerOptions parse(String[] arguments) {
        boolean brief = List.of(arguments).contains("--short");
        int rounds = brief ? 1 : 5;
        int tasks = brief ? 2_000 : 200_000;
        Set<Section> sections = EnumSet.allOf(Section.class);
        List<String> only = List.of();
        Optional<Path> page = Optional.empty();
        for (int i = 0; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--short" -> {}
                case "--rounds" -> rounds = number(arguments, ++i);
                case "--tasks" -> tasks = number(arguments, ++i);
                case "--sections" -> sections = Arrays.stream(
                                CommandOptions.operand(arguments, ++i, SECTION + "(," + SECTION + ")*", USAGE)
                                        .split(",", -1))
                        .map(name -> Section.valueOf(name.toUpperCase(Locale.ROOT)))
                        .collect(Collectors.toCollection(() -> EnumSet.noneOf(Section.class)));
                case "--only" -> only = List.of(CommandOptions.operand(arguments, ++i, "[^,]+(,[^,]+)*", USAGE)
                        .split(",", -1));
                case "--into" -> page = Optional.of(Path.of(CommandOptions.operand(arguments, ++i, ".+", USAGE)));
                default -> throw CommandOptions.unknown(arguments[i], USAGE);
            }
        }
        return new PeerOptions(new InterleavedRounds(rounds, brief ? 0 : 1), tasks, sections, only, brief, page);
    }

    private static int number(String[] arguments, int index) {
        return Integer.parseInt(CommandOptions.operand(arguments, index, "[1-9][0-9]{0,7}", USAGE));
    }

    boolean takesPart(String contender) {
        return only.isEmpty() || only.stream().anyMatch(contender::startsWith);
    }
}
