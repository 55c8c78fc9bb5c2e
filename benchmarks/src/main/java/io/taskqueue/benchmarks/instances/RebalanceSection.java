package io.taskqueue.benchmarks.instances;

import io.taskqueue.benchmarks.measure.ResultTables;
import io.taskqueue.benchmarks.measure.Samples;
import io.taskqueue.benchmarks.measure.Stopwatch;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** How long nothing of a partition is applied while events arrive and the instances of a sink change, with and without standbys. */
public final class RebalanceSection {

    /** What happens to a group of two instances, one after the other. */
    private enum Change {
        NOTHING("nothing"),
        JOINED("a third instance joins"),
        STOPPED("one of three stops"),
        KILLED("one of two is killed (SIGKILL)");

        private final String text;

        Change(String text) {
            this.text = text;
        }
    }

    /** How long a measurement continues when the instances share the partitions again. */
    private static final Duration SETTLE = Duration.ofSeconds(3);

    private final InstancesSetup setup;

    public RebalanceSection(InstancesSetup setup) {
        this.setup = setup;
    }

    public void run() throws Exception {
        ResultTables.Table table = setup.tables()
                .table(
                        "A rebalance while events arrive",
                        "change",
                        "standbys",
                        "nothing of a partition applied for, p50, ms",
                        "p99, ms",
                        "longest, ms");
        Map<Change, Samples> without = measure(0);
        Map<Change, Samples> with = measure(1);
        for (Change change : Change.values()) {
            row(table, change, "0", of(change, without));
            row(table, change, "1", of(change, with));
        }
        table.note("The longest time during which no effect of a partition ran, for each of "
                + InstancesSetup.PARTITIONS + " partitions in "
                + setup.options().rounds() + " rounds; " + 1_000 / GrowingTopic.INTERVAL.toMillis()
                + " events a second arrive in each. Before the first change, "
                + String.format(Locale.ROOT, "%,d", setup.options().results())
                + " results are recorded. A killed instance is noticed after its session timeout, 6 s in a sink.");
    }

    private static Samples of(Change change, Map<Change, Samples> waits) {
        return Objects.requireNonNull(waits.get(change));
    }

    private static void row(ResultTables.Table table, Change change, String standbys, Samples waits) {
        table.row(
                change.text,
                standbys,
                ResultTables.number("%,.0f", waits.median()),
                ResultTables.number("%,.0f", waits.quantile(0.99)),
                ResultTables.number("%,.0f", waits.quantile(1)));
    }

    private Map<Change, Samples> measure(int standbys) throws Exception {
        Map<Change, Samples> waits = new EnumMap<>(Change.class);
        for (Change change : Change.values()) {
            waits.put(change, new Samples("rebalance / " + change.text + ", standbys " + standbys));
        }
        for (int round = 1; round <= setup.options().rounds(); round++) {
            measureOnce(standbys, waits);
        }
        waits.values().forEach(samples -> setup.tables().add(samples.name(), samples));
        return waits;
    }

    @SuppressWarnings("try") // events arrive until the feed is closed
    private void measureOnce(int standbys, Map<Change, Samples> waits) throws Exception {
        GrowingTopic topic = setup.newTopic();
        AppliedTimes applied = new AppliedTimes();
        InstanceGroup.Sink sink =
                new InstanceGroup.Sink(setup.cluster().newName("sink"), topic, Duration.ZERO, standbys, true);
        try (InstanceGroup group = setup.group(sink)) {
            group.start(applied);
            group.start(applied);
            group.awaitShared();
            topic.append(setup.options().results() / InstancesSetup.PARTITIONS);
            long unused = group.awaitCommitted();
            try (GrowingTopic.Feed arriving = topic.feed()) {
                Stopwatch.pause(SETTLE); // standbys read what was recorded
                for (Change change : Change.values()) {
                    Samples all = of(change, waits);
                    applied.begin();
                    change(group, change, applied);
                    Stopwatch.pause(SETTLE);
                    applied.end(InstancesSetup.PARTITIONS, all);
                    System.err.println(
                            all.name() + ": longest so far " + ResultTables.number("%,.0f ms", all.quantile(1)));
                }
            }
        } finally {
            setup.deleteTopics();
        }
    }

    private static void change(InstanceGroup group, Change change, AppliedTimes applied) throws Exception {
        switch (change) {
            case NOTHING -> {}
            case JOINED -> group.start(applied);
            case STOPPED -> group.stopOldest();
            case KILLED -> group.killOldest();
        }
        group.awaitShared();
    }
}
