package io.taskqueue.benchmarks;

/** How fast one contender was, round by round. */
final class Contest {

    private final String name;
    private final Series perSecond;
    private final Series cpuMicros;

    Contest(String name) {
        this.name = name;
        this.perSecond = new Series(name);
        this.cpuMicros = new Series(name);
    }

    void add(Stopwatch.Rate round) {
        perSecond.add(round.perSecond());
        cpuMicros.add(round.cpuMicros());
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
}
