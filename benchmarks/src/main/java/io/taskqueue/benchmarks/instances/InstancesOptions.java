package io.taskqueue.benchmarks.instances;

import io.taskqueue.benchmarks.measure.CommandOptions;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The options of {@code benchmarks/run instances}.
 *
 * @param rounds of each measurement
 * @param sections what is measured
 * @param events in a partition, for an instance whose calls take no time
 * @param results recorded in all partitions before a rebalance
 * @param brief whether the figures are not meaningful
 * @param page the page of the documentation whose tables are replaced
 */
public record InstancesOptions(
        int rounds, Set<Section> sections, int events, int results, boolean brief, Optional<Path> page) {

    /** What is measured. */
    public enum Section {
        NOOP,
        SLOW,
        REBALANCE
    }

    static final String USAGE =
            """
            Usage: benchmarks/run instances [--short] [--rounds N] [--only SECTION,...] [--results N] [--into PAGE]
              --short      few events, one round: checks that everything runs; its figures are not meaningful
              --rounds N   rounds of each measurement; default 3
              --only L     some of noop, slow, rebalance
              --results N  recorded before a rebalance; default 100000
              --into PAGE  replaces the tables on a page of the documentation
            """;

    private static final String SECTION = "(noop|slow|rebalance)";

    /** @throws IllegalArgumentException if an option is unknown or an operand is wrong */
    public static InstancesOptions parse(String[] arguments) {
        boolean brief = List.of(arguments).contains("--short");
        int rounds = brief ? 1 : 3;
        int results = brief ? 1_200 : 100_000;
        Set<Section> sections = EnumSet.allOf(Section.class);
        Optional<Path> page = Optional.empty();
        for (int i = 0; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--short" -> {}
                case "--rounds" -> rounds =
                        Integer.parseInt(CommandOptions.operand(arguments, ++i, "[1-9][0-9]?", USAGE));
                case "--results" -> results =
                        Integer.parseInt(CommandOptions.operand(arguments, ++i, "[1-9][0-9]{2,7}", USAGE));
                case "--only" -> sections = Arrays.stream(
                                CommandOptions.operand(arguments, ++i, SECTION + "(," + SECTION + ")*", USAGE)
                                        .split(",", -1))
                        .map(name -> Section.valueOf(name.toUpperCase(Locale.ROOT)))
                        .collect(Collectors.toCollection(() -> EnumSet.noneOf(Section.class)));
                case "--into" -> page = Optional.of(Path.of(CommandOptions.operand(arguments, ++i, ".+", USAGE)));
                default -> throw CommandOptions.unknown(arguments[i], USAGE);
            }
        }
        return new InstancesOptions(rounds, sections, brief ? 500 : 20_000, results, brief, page);
    }
}
