package io.taskqueue.benchmarks;

import java.util.List;

/**
 * How much is measured.
 *
 * @param rounds measured rounds of each contender
 * @param warmups rounds before them, whose results are thrown away
 * @param tasks tasks of a round; each makes three events
 * @param laps how often each of the 200 tasks with slow effects is leased and fails
 * @param roundTrips how often the way from enqueue to replicated is walked for its latency
 * @param tuning what the source's producer is given, one after the other; the first is what the source chooses by itself
 * @param sources whether the source is measured
 * @param sinks whether the sink is measured
 */
record Plan(
        int rounds,
        int warmups,
        int tasks,
        int laps,
        int roundTrips,
        List<Tuning> tuning,
        boolean sources,
        boolean sinks) {

    static final String USAGE =
            """
            Usage: benchmarks/run [--short | --sweep] [--source | --sink] [--rounds N] [--tasks N]
              --short      few events, one round: shows that everything runs, measures nothing
              --sweep      the source alone, with batches of 16, 128 and 256 KB and lingers of 0, 1, 5 and 10 ms
              --source     the source alone
              --sink       the sink alone
              --rounds N   measured rounds of each contender; 5, or 3 with --sweep
              --tasks N    tasks of a round, three events each; 100000
            """;

    static Plan parse(String[] arguments) {
        boolean brief = List.of(arguments).contains("--short");
        boolean sweep = List.of(arguments).contains("--sweep");
        boolean sourceOnly = sweep || List.of(arguments).contains("--source");
        boolean sinkOnly = List.of(arguments).contains("--sink");
        int rounds = brief ? 1 : sweep ? 3 : 5;
        int tasks = brief ? 5_000 : 100_000;
        for (int i = 0; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--short", "--sweep", "--source", "--sink" -> {}
                case "--rounds" -> rounds = number(arguments, ++i);
                case "--tasks" -> tasks = number(arguments, ++i);
                default -> throw new IllegalArgumentException(arguments[i] + " is not an option.\n" + USAGE);
            }
        }
        return new Plan(
                rounds,
                brief ? 0 : 1,
                tasks,
                brief ? 5 : 50,
                brief ? 50 : 500,
                sweep ? Tuning.grid() : List.of(Tuning.CHOSEN),
                !sinkOnly,
                !sourceOnly);
    }

    /** A task that is done has three: Enqueued, LeaseGranted, Completed. */
    int events() {
        return 3 * tasks;
    }

    private static int number(String[] arguments, int index) {
        String option = arguments[index - 1];
        if (index == arguments.length || !arguments[index].matches("[1-9][0-9]{0,8}")) {
            throw new IllegalArgumentException(option + " takes a positive number.\n" + USAGE);
        }
        return Integer.parseInt(arguments[index]);
    }
}
