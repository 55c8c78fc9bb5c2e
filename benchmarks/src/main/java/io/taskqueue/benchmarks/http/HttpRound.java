package io.taskqueue.benchmarks.http;

import io.taskqueue.benchmarks.measure.ChildJvm;
import java.io.IOException;
import java.util.List;

/**
 * What a process achieved that made a number of calls.
 *
 * @param firstCall milliseconds from the start of the process to the first call
 * @param cpuMicros CPU time of the process for each call
 */
public record HttpRound(long firstCall, double cold, double warm, double cpuMicros) {

    /** Runs threads that do nothing but post. */
    public static HttpRound bare(String client, TargetProcess target, List<String> flags, int calls, int threads)
            throws IOException, InterruptedException {
        return of(
                ChildJvm.start(
                        BareThreads.class, flags, client, target.url(), String.valueOf(calls), String.valueOf(threads)),
                target,
                calls);
    }

    /** Runs a command that makes the calls and ends. */
    public static HttpRound command(List<String> command, TargetProcess target, int calls)
            throws IOException, InterruptedException {
        return of(ChildJvm.start(command), target, calls);
    }

    private static HttpRound of(ChildJvm started, TargetProcess target, int calls)
            throws IOException, InterruptedException {
        try (ChildJvm process = started) {
            target.awaitFirst();
            long first = process.sinceStart().toMillis();
            String unused = process.awaitEnd();
            CallRates rates = target.report(calls);
            return new HttpRound(
                    first, rates.cold(), rates.warm(), process.cpu().toNanos() / 1e3 / calls);
        }
    }
}
