package io.taskqueue.benchmarks.calls;

import java.util.Arrays;

/**
 * The rates at which a target was called.
 *
 * @param calls of the whole run
 * @param cold calls a second in the first ten seconds after the first call, or in all of a shorter run
 * @param warm calls a second from six tenths of the calls to nine tenths and a half
 */
public record CallRates(int calls, double cold, double warm) {

    private static final int COLD_TENTHS = 100;
    private static final double WARM_BEGINS = 0.6;
    private static final double WARM_ENDS = 0.95;

    /** @param timeline the calls in each tenth of a second, separated by commas */
    public static CallRates of(String timeline) {
        int[] tenths = Arrays.stream(timeline.split(",", -1))
                .mapToInt(Integer::parseInt)
                .toArray();
        int calls = Arrays.stream(tenths).sum();
        int coldTenths = Math.min(COLD_TENTHS, tenths.length);
        int cold = Arrays.stream(tenths, 0, coldTenths).sum();
        int begin = tenthOf(tenths, WARM_BEGINS * calls);
        int end = Math.max(begin + 1, tenthOf(tenths, WARM_ENDS * calls));
        int warm = Arrays.stream(tenths, begin, Math.min(end, tenths.length)).sum();
        return new CallRates(calls, 10.0 * cold / coldTenths, 10.0 * warm / (end - begin));
    }

    /** The tenth of a second in which a number of calls was reached. */
    private static int tenthOf(int[] tenths, double number) {
        int sum = 0;
        for (int tenth = 0; tenth < tenths.length; tenth++) {
            sum += tenths[tenth];
            if (sum >= number) {
                return tenth;
            }
        }
        return tenths.length;
    }
}
