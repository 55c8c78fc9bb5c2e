package io.taskqueue.benchmarks.calls;

import io.taskqueue.benchmarks.measure.ChildJvm;

/**
 * What a process achieved that made a number of calls.
 *
 * @param firstCall milliseconds from the start of the process to the first call
 * @param cpuMicros CPU time of the process for each call
 */
public record CallRound(long firstCall, double cold, double warm, double cpuMicros) {

    /**
     * Waits for a process that makes calls and ends.
     *
     * @param process started right now; closed here
     */
    public static CallRound of(ChildJvm process, CalledTarget target, int calls) throws Exception {
        try (process) {
            target.awaitFirst();
            long first = process.sinceStart().toMillis();
            String unused = process.awaitEnd();
            CallRates rates = target.report(calls);
            return new CallRound(
                    first, rates.cold(), rates.warm(), process.cpu().toNanos() / 1e3 / calls);
        }
    }
}
