package io.taskqueue.benchmarks.instances;

import io.taskqueue.benchmarks.measure.Samples;
import io.taskqueue.benchmarks.measure.Stopwatch;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * When events of each queue were applied, whichever instance did: measures for how long nothing of a queue was applied. Thread-safe.
 */
final class AppliedTimes implements Consumer<String> {

    private final Stopwatch watch = new Stopwatch();
    private final Map<String, Duration> last = new HashMap<>();
    private final Map<String, Duration> longest = new HashMap<>();

    /** A line of an instance. */
    @Override
    public synchronized void accept(String line) {
        if (line.startsWith(MeasuredInstance.APPLIED)) {
            String queue = line.substring(MeasuredInstance.APPLIED.length());
            Duration now = watch.elapsed();
            waited(queue, now);
            last.put(queue, now);
        }
    }

    private void waited(String queue, Duration now) {
        Duration before = last.get(queue);
        if (before != null) {
            longest.merge(queue, now.minus(before), (one, other) -> one.compareTo(other) > 0 ? one : other);
        }
    }

    /** Begins a measurement: what was waited so far does not count. */
    synchronized void begin() {
        Duration now = watch.elapsed();
        last.replaceAll((queue, before) -> now);
        longest.clear();
    }

    /**
     * Ends a measurement: adds the longest time of each queue during which nothing of it was applied, in milliseconds.
     *
     * @param queues how many queues there must be
     */
    synchronized void end(int queues, Samples milliseconds) {
        Duration now = watch.elapsed();
        last.keySet().forEach(queue -> waited(queue, now));
        if (longest.size() != queues) {
            throw new IllegalStateException(
                    "Events of " + queues + " queues were to be applied, but only of " + longest.keySet() + " were.");
        }
        longest.values().forEach(wait -> milliseconds.add(wait.toNanos() / 1e6));
    }
}
