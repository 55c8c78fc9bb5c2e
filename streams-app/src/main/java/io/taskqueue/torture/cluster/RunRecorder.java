package io.taskqueue.torture.cluster;

import io.taskqueue.queue.Ticker;
import io.taskqueue.torture.history.HistoryWriter;
import io.taskqueue.torture.history.Moment;
import io.taskqueue.torture.history.RunDirectory;
import io.taskqueue.torture.history.RunEntry;
import io.taskqueue.torture.history.RunEntry.Disturbance;
import io.taskqueue.torture.history.RunPhase;
import io.taskqueue.torture.history.RunSettings;
import java.time.Clock;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/** The driver's own history of a run: processes, phases and faults, and how many of each kind there were. Thread-safe. */
public final class RunRecorder implements AutoCloseable {

    private final HistoryWriter<RunEntry> history;
    private final Clock clock;
    private final Ticker ticker;
    private final AtomicLong faultIds = new AtomicLong();
    private final Map<String, Long> faults = new TreeMap<>();
    private final Map<String, Long> ends = new TreeMap<>();

    private RunRecorder(HistoryWriter<RunEntry> history, Clock clock, Ticker ticker) {
        this.history = history;
        this.clock = clock;
        this.ticker = ticker;
    }

    public static RunRecorder open(RunDirectory directory, Clock clock, Ticker ticker) {
        return new RunRecorder(directory.run(), clock, ticker);
    }

    public Moment now() {
        return Moment.now(clock, ticker);
    }

    public void runStarted(long seed, RunSettings settings) {
        history.write(new RunEntry.RunStarted(now(), seed, settings));
    }

    public void phaseBegan(RunPhase phase) {
        history.write(new RunEntry.PhaseBegan(now(), phase));
    }

    void processStarted(String process) {
        history.write(new RunEntry.ProcessStarted(now(), process));
    }

    synchronized void processEnded(String process, int exitCode) {
        history.write(new RunEntry.ProcessEnded(now(), process, "exit code " + exitCode));
        ends.merge(kind(process) + ", exit code " + exitCode, 1L, Long::sum);
    }

    private static String kind(String process) {
        return process.replaceAll("-?[0-9].*", "");
    }

    /**
     * A fault begins; call it before it does.
     *
     * @param process what it is done to, {@code *} for all
     * @return the id for {@link #faultEnded}
     */
    public synchronized String faultBegan(String kind, String process, Disturbance disturbs, String detail) {
        String id = "fault-" + faultIds.incrementAndGet();
        history.write(new RunEntry.FaultBegan(now(), id, kind, process, disturbs, detail));
        faults.merge(kind, 1L, Long::sum);
        return id;
    }

    public void faultEnded(String id) {
        history.write(new RunEntry.FaultEnded(now(), id));
    }

    /** A measurement of something that has a bound. */
    public void measured(String process, String what, long value, long bound) {
        history.write(new RunEntry.Measured(now(), process, what, value, bound));
    }

    /** How many faults of each kind there were. */
    public synchronized Map<String, Long> faults() {
        return new TreeMap<>(faults);
    }

    /** How many processes ended, by what they were and their exit code. */
    public synchronized Map<String, Long> ends() {
        return new TreeMap<>(ends);
    }

    @Override
    public void close() {
        history.close();
    }
}
