package io.taskqueue.benchmarks.effects;

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
 * The options of {@code benchmarks/run effects}.
 *
 * @param rounds the rounds of each candidate
 * @param brief whether the run only checks that everything works
 * @param sections what to measure
 * @param page the page whose tables to replace
 */
public record EffectsComparisonOptions(
        InterleavedRounds rounds, boolean brief, Set<Section> sections, Optional<Path> page) {

    private static final int BRIEF_DIVISOR = 20;

    /** A part of the result that can be run on its own. */
    public enum Section {
        SPEED,
        NOOP,
        REPLAY,
        INTEREST,
        LATENCY,
        COMMIT,
        KILL,
        INTENT
    }

    static final String USAGE =
            """
            Usage: benchmarks/run effects [--short] [--rounds N] [--only SECTION,...] [--into FILE]
              --short      few events, one round: checks that everything runs and adds up; its figures are not meaningful
              --rounds N   measured rounds of each candidate; default 5
              --only L     some of speed, noop, replay, interest, latency, commit, kill, intent
              --into FILE  replaces the tables of a page, which are between two comments
            """;

    /** @throws IllegalArgumentException if an option is unknown or an operand is wrong */
    public static EffectsComparisonOptions parse(String[] arguments) {
        boolean brief = List.of(arguments).contains("--short");
        int rounds = brief ? 1 : 5;
        Optional<Path> page = Optional.empty();
        Set<Section> sections = EnumSet.allOf(Section.class);
        for (int i = 0; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--short" -> {}
                case "--rounds" -> rounds =
                        Integer.parseInt(CommandOptions.operand(arguments, ++i, "[1-9][0-9]?", USAGE));
                case "--only" -> sections = sections(
                        CommandOptions.operand(arguments, ++i, "(" + names() + ")(,(" + names() + "))*", USAGE));
                case "--into" -> page = Optional.of(Path.of(CommandOptions.operand(arguments, ++i, ".+[.]md", USAGE)));
                default -> throw CommandOptions.unknown(arguments[i], USAGE);
            }
        }
        return new EffectsComparisonOptions(new InterleavedRounds(rounds, brief ? 0 : 1), brief, sections, page);
    }

    /** The number of events to use for a full number of them, which is lower in a short run. */
    public int events(int full) {
        return brief ? Math.max(1, full / BRIEF_DIVISOR) : full;
    }

    private static String names() {
        return Arrays.stream(Section.values())
                .map(section -> section.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining("|"));
    }

    private static Set<Section> sections(String list) {
        return Arrays.stream(list.split(",", -1))
                .map(name -> Section.valueOf(name.toUpperCase(Locale.ROOT)))
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Section.class)));
    }
}
