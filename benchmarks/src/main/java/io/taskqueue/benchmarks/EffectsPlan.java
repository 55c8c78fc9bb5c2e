package io.taskqueue.benchmarks;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What of the effects is measured, and how much.
 *
 * @param rounds of each contender
 * @param brief whether it only shows that everything runs
 * @param chapters what is measured
 */
record EffectsPlan(Rounds rounds, boolean brief, Set<Chapter> chapters) {

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
            Usage: benchmarks/run effects [--short] [--rounds N] [--only PART,...]
              --short      few events, one round: shows that everything runs and adds up, measures nothing
              --rounds N   measured rounds of each contender; 5
              --only L     some of speed, noop, replay, latency, commit, kill, intent
            """;

    static EffectsPlan parse(String[] arguments) {
        boolean brief = List.of(arguments).contains("--short");
        int rounds = brief ? 1 : 5;
        Set<Chapter> chapters = EnumSet.allOf(Chapter.class);
        for (int i = 0; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--short" -> {}
                case "--rounds" -> rounds = Integer.parseInt(operand(arguments, ++i, "[1-9][0-9]?"));
                case "--only" -> chapters = chapters(operand(arguments, ++i, "(" + names() + ")(,(" + names() + "))*"));
                default -> throw new IllegalArgumentException(arguments[i] + " is not an option.\n" + USAGE);
            }
        }
        return new EffectsPlan(new Rounds(rounds, brief ? 0 : 1), brief, chapters);
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
