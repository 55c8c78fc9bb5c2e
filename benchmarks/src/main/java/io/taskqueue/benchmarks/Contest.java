package io.taskqueue.benchmarks;

/** How one contender fared, round by round. */
final class Contest {

    private final String name;
    private final Series perSecond;
    private final Series cpuMicros;
    private final Series busiestMicros;
    private final Series heapMegabytes;
    private final Series threads;
    private final Series atOnce;

    Contest(String name) {
        this.name = name;
        this.perSecond = new Series(name);
        this.cpuMicros = new Series(name);
        this.busiestMicros = new Series(name);
        this.heapMegabytes = new Series(name);
        this.threads = new Series(name);
        this.atOnce = new Series(name);
    }

    void add(Stopwatch.Rate round, Footprint.Taken taken) {
        perSecond.add(round.perSecond());
        cpuMicros.add(round.cpuMicros());
        busiestMicros.add(taken.busiestNanos() / 1e3 / round.count());
        heapMegabytes.add(taken.heapMegabytes());
        threads.add(taken.threads());
        atOnce.add(taken.atOnce());
    }

    String name() {
        return name;
    }

    Series perSecond() {
        return perSecond;
    }

    Series cpuMicros() {
        return cpuMicros;
    }

    /** CPU time of the thread that took most of it, for each. */
    Series busiestMicros() {
        return busiestMicros;
    }

    Series heapMegabytes() {
        return heapMegabytes;
    }

    Series threads() {
        return threads;
    }

    Series atOnce() {
        return atOnce;
    }
}
