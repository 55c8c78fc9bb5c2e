package io.taskqueue.benchmarks;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What of the effects is measured, and how much.
 *
 * @param rounds of each contender
 * @param brief whether it only shows that everything runs
 * @param chapters what is measured
 * @param page whose tables are replaced by the new ones
 */
record EffectsPlan(Rounds rounds, boolean brief, Set<Chapter> chapters, Optional<Path> page) {

    private static final int SHRINK = 20;

    /** A table of its own. */
    enum Chapter {
        SPEED,
        NOOP,
        REPLAY,
        LATENCY,
        COMMIT,
        KILL,
        INTENT
    }

    static final String USAGE =
            """
            Usage: benchmarks/run effects [--short] [--rounds N] [--only PART,...] [--into FILE]
              --short      few events, one round: shows that everything runs and adds up, measures nothing
              --rounds N   measured rounds of each contender; 5
              --only L     some of speed, noop, replay, latency, commit, kill, intent
              --into FILE  replaces the tables of a page, between the two comments that say so
            """;

    static EffectsPlan parse(String[] arguments) {
        boolean brief = List.of(arguments).contains("--short");
        int rounds = brief ? 1 : 5;
        Optional<Path> page = Optional.empty();
        Set<Chapter> chapters = EnumSet.allOf(Chapter.class);
        for (int i = 0; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--short" -> {}
                case "--rounds" -> rounds = Integer.parseInt(operand(arguments, ++i, "[1-9][0-9]?"));
                case "--only" -> chapters = chapters(operand(arguments, ++i, "(" + names() + ")(,(" + names() + "))*"));
                case "--into" -> page = Optional.of(Path.of(operand(arguments, ++i, ".+[.]md")));
                default -> throw new IllegalArgumentException(arguments[i] + " is not an option.\n" + USAGE);
            }
        }
        return new EffectsPlan(new Rounds(rounds, brief ? 0 : 1), brief, chapters, page);
    }

    boolean has(Chapter chapter) {
        return chapters.contains(chapter);
    }

    /** So many events, or fewer of them in a short run. */
    int events(int full) {
        return brief ? Math.max(1, full / SHRINK) : full;
    }

    private static String names() {
        return Arrays.stream(Chapter.values())
                .map(chapter -> chapter.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining("|"));
    }

    private static Set<Chapter> chapters(String list) {
        return Arrays.stream(list.split(",", -1))
                .map(name -> Chapter.valueOf(name.toUpperCase(Locale.ROOT)))
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Chapter.class)));
    }

    private static String operand(String[] arguments, int index, String form) {
        if (index == arguments.length || !arguments[index].matches(form)) {
            throw new IllegalArgumentException((index == arguments.length ? "Nothing" : arguments[index])
                    + " is not what " + arguments[index - 1] + " takes.\n" + USAGE);
        }
        return arguments[index];
    }
}
