package io.taskqueue.benchmarks;

import java.util.List;

/**
 * How much of the source is measured.
 *
 * @param rounds of each contender
 * @param volume how much a round is
 * @param tuning what the source's producer is given, one after the other; the first is what the source chooses by itself
 */
record Plan(Rounds rounds, Volume volume, List<Tuning> tuning) {

    /**
     * How much a round is.
     *
     * @param tasks tasks of a round
     * @param roundTrips how often the way from enqueue to confirmed is walked for its latency
     */
    record Volume(int tasks, int roundTrips) {

        /** A task that is done has three: Enqueued, LeaseGranted, Completed. */
        int events() {
            return 3 * tasks;
        }
    }

    static final String USAGE =
            """
            Usage: benchmarks/run [--short | --sweep | --tuning KB:MS,...] [--rounds N] [--tasks N]
              --short      few events, one round: shows that everything runs, measures nothing
              --sweep      with batches of 16, 128 and 256 KB and lingers of 0, 1, 5 and 10 ms
              --tuning L   with the batches (KB) and lingers (ms) of the list, as 128:0,128:5
              --rounds N   measured rounds of each contender; 5, or 3 with --sweep or --tuning
              --tasks N    tasks of a round, three events each; 100000
            """;

    static Plan parse(String[] arguments) {
        boolean brief = List.of(arguments).contains("--short");
        List<Tuning> tuning = List.of(Tuning.CHOSEN);
        boolean sweep = List.of(arguments).contains("--sweep");
        if (sweep) {
            tuning = Tuning.grid();
        }
        sweep |= List.of(arguments).contains("--tuning");
        int rounds = brief ? 1 : sweep ? 3 : 5;
        int tasks = brief ? 5_000 : 100_000;
        for (int i = 0; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--short", "--sweep" -> {}
                case "--tuning" -> tuning =
                        Tuning.parse(operand(arguments, ++i, "[0-9]{1,5}:[0-9]{1,5}(,[0-9]{1,5}:[0-9]{1,5})*"));
                case "--rounds" -> rounds = number(arguments, ++i);
                case "--tasks" -> tasks = number(arguments, ++i);
                default -> throw new IllegalArgumentException(arguments[i] + " is not an option.\n" + USAGE);
            }
        }
        return new Plan(new Rounds(rounds, brief ? 0 : 2), new Volume(tasks, brief ? 50 : 500), tuning);
    }

    private static int number(String[] arguments, int index) {
        return Integer.parseInt(operand(arguments, index, "[1-9][0-9]{0,8}"));
    }

    private static String operand(String[] arguments, int index, String form) {
        if (index == arguments.length || !arguments[index].matches(form)) {
            throw new IllegalArgumentException((index == arguments.length ? "Nothing" : arguments[index])
                    + " is not what " + arguments[index - 1] + " takes.\n" + USAGE);
        }
        return arguments[index];
    }
}
