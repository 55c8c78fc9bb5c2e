package io.taskqueue.benchmarks.http;

import io.taskqueue.benchmarks.calls.CallRates;
import io.taskqueue.benchmarks.calls.CalledTarget;
import io.taskqueue.benchmarks.measure.ChildJvm;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** The target, in a JVM of its own. */
public final class TargetProcess implements CalledTarget, AutoCloseable {

    private final ChildJvm process;
    private final int port;

    private TargetProcess(ChildJvm process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Starts a target that answers after a delay. */
    public static TargetProcess start(Duration delay) throws IOException {
        ChildJvm process = ChildJvm.start(DelayedTarget.class, List.of("-Xmx512m"), String.valueOf(delay.toMillis()));
        return new TargetProcess(process, Integer.parseInt(process.await("READY")));
    }

    public String url() {
        return "http://127.0.0.1:" + port + "/events";
    }

    @Override
    public void awaitFirst() throws IOException {
        process.send("first");
        String unused = process.await("FIRST");
    }

    @Override
    public CallRates report(int expected) throws IOException {
        process.send("report");
        String[] report = process.await("CALLS").split(" ", -1);
        CallRates rates = CallRates.of(report[0]);
        int keys = Integer.parseInt(report[1]);
        if (rates.calls() != expected || keys != expected) {
            throw new IllegalStateException("The target was to receive " + expected
                    + " calls, each with its own key, but received " + rates.calls() + " with " + keys + " keys.");
        }
        return rates;
    }

    @Override
    public void close() {
        process.close();
    }
}
