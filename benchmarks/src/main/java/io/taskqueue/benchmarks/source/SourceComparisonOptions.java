package io.taskqueue.benchmarks.source;

import io.taskqueue.benchmarks.measure.CommandOptions;
import io.taskqueue.benchmarks.measure.InterleavedRounds;
import java.util.List;

/**
 * The options of {@code benchmarks/run}.
 *
 * @param rounds the rounds of each candidate
 * @param load the size of a round
 * @param batching the producer settings to measure, one after the other; the first are the source's defaults
 */
public record SourceComparisonOptions(InterleavedRounds rounds, Load load, List<BatchSettings> batching) {

    /**
     * The size of a round.
     *
     * @param tasks the number of tasks
     * @param roundTrips the number of tasks that are enqueued one at a time, for their latency
     */
    public record Load(int tasks, int roundTrips) {

        /** Each task has three: Enqueued, LeaseGranted, Completed. */
        public int events() {
            return 3 * tasks;
        }
    }

    static final String USAGE =
            """
            Usage: benchmarks/run [--short | --sweep | --tuning KB:MS,...] [--rounds N] [--tasks N]
              --short      few events, one round: checks that everything runs; its figures are not meaningful
              --sweep      with batches of 16, 128 and 256 KB and lingers of 0, 1, 5 and 10 ms
              --tuning L   with the batches (KB) and lingers (ms) of a list, such as 128:0,128:5
              --rounds N   measured rounds of each candidate; default 5, or 3 with --sweep or --tuning
              --tasks N    tasks in a round, with three events each; default 100000
            """;

    /** @throws IllegalArgumentException if an option is unknown or an operand is wrong */
    public static SourceComparisonOptions parse(String[] arguments) {
        boolean brief = List.of(arguments).contains("--short");
        List<BatchSettings> batching = List.of(BatchSettings.DEFAULT);
        boolean sweep = List.of(arguments).contains("--sweep");
        if (sweep) {
            batching = BatchSettings.grid();
        }
        sweep |= List.of(arguments).contains("--tuning");
        int rounds = brief ? 1 : sweep ? 3 : 5;
        int tasks = brief ? 5_000 : 100_000;
        for (int i = 0; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--short", "--sweep" -> {}
                case "--tuning" -> batching = BatchSettings.parse(CommandOptions.operand(
                        arguments, ++i, "[0-9]{1,5}:[0-9]{1,5}(,[0-9]{1,5}:[0-9]{1,5})*", USAGE));
                case "--rounds" -> rounds = number(arguments, ++i);
                case "--tasks" -> tasks = number(arguments, ++i);
                default -> throw CommandOptions.unknown(arguments[i], USAGE);
            }
        }
        return new SourceComparisonOptions(
                new InterleavedRounds(rounds, brief ? 0 : 5), new Load(tasks, brief ? 50 : 500), batching);
    }

    private static int number(String[] arguments, int index) {
        return Integer.parseInt(CommandOptions.operand(arguments, index, "[1-9][0-9]{0,8}", USAGE));
    }
}
