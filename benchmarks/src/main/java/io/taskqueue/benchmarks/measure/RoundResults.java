package io.taskqueue.benchmarks.measure;

/** The results of one candidate, round by round. */
public final class RoundResults {

    private final String name;
    private final Samples perSecond;
    private final Samples cpuMicros;
    private final Samples busiestMicros;
    private final Samples heapMegabytes;
    private final Samples threads;
    private final Samples concurrentCalls;
    private final Samples callMillis;

    RoundResults(String name) {
        this.name = name;
        this.perSecond = new Samples(name);
        this.cpuMicros = new Samples(name);
        this.busiestMicros = new Samples(name);
        this.heapMegabytes = new Samples(name);
        this.threads = new Samples(name);
        this.concurrentCalls = new Samples(name);
        this.callMillis = new Samples(name);
    }

    void add(Stopwatch.Rate rate, ResourceUsage.Peaks peaks) {
        perSecond.add(rate.perSecond());
        cpuMicros.add(rate.cpuMicros());
        busiestMicros.add(peaks.busiestNanos() / 1e3 / rate.count());
        heapMegabytes.add(peaks.heapMegabytes());
        threads.add(peaks.threads());
        concurrentCalls.add(peaks.concurrentCalls());
        callMillis.add(peaks.callMillis());
    }

    public String name() {
        return name;
    }

    public Samples perSecond() {
        return perSecond;
    }

    /** CPU time of this process per event. */
    public Samples cpuMicros() {
        return cpuMicros;
    }

    /** CPU time per event of the thread that used most of it. */
    public Samples busiestMicros() {
        return busiestMicros;
    }

    public Samples heapMegabytes() {
        return heapMegabytes;
    }

    public Samples threads() {
        return threads;
    }

    public Samples concurrentCalls() {
        return concurrentCalls;
    }

    /** How long a call took on average, where that was measured. */
    public Samples callMillis() {
        return callMillis;
    }

    /** The speed divided by that of another candidate that took turns with this one. */
    public PairedRatio ratioTo(RoundResults other) {
        return PairedRatio.of(perSecond, other.perSecond);
    }
}
