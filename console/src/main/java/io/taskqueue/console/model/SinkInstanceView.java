package io.taskqueue.console.model;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * A running instance of a sink, as it reports itself.
 *
 * @param instance its identity
 * @param host the machine
 * @param startedAt since when it runs
 * @param at when it reported
 * @param inFlight events in flight
 * @param breakers targets that are considered unavailable, as text
 * @param latency how long effects took
 * @param latencies what else its process measures, by name: of a canary durable, leased, completed and effect, each from the enqueue of a probe
 */
public record SinkInstanceView(
        String instance,
        String host,
        Instant startedAt,
        Instant at,
        long inFlight,
        List<String> breakers,
        Latency latency,
        Map<String, Latency> latencies) {

    /**
     * A histogram.
     *
     * @param upperMillis the upper bounds of the buckets but the last, which has none
     * @param counts one more than bounds
     */
    public record Latency(List<Double> upperMillis, List<Long> counts) {

        public Latency {
            upperMillis = List.copyOf(upperMillis);
            counts = List.copyOf(counts);
        }
    }

    public SinkInstanceView {
        breakers = List.copyOf(breakers);
        latencies = Map.copyOf(latencies);
    }
}
