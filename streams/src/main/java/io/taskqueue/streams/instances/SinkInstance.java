package io.taskqueue.streams.instances;

import io.taskqueue.streams.status.EffectCounts;
import io.taskqueue.streams.status.EffectLatency;
import io.taskqueue.streams.status.SinkHealth;
import io.taskqueue.streams.status.SinkLoad;
import io.taskqueue.streams.status.SinkState;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;

/**
 * An instance of a sink, as it reports itself on the topic {@code NAME-instances}.
 *
 * <p>A report is repeated at least once a minute while the instance runs, and removed when it is closed. An instance that failed leaves
 * its last report, in the state {@link SinkState#FAILED} and with the reason; one whose process was killed leaves what it reported last.
 *
 * @param identity which instance it is
 * @param at when it reported, by its own clock
 * @param state its state then
 * @param health what was wrong with it
 * @param load what it had to do
 * @param effects what happened to effects since it started
 * @param latency how long their actions took
 * @param latencies what else the host of the sink measures, by name
 */
public record SinkInstance(
        Identity identity,
        Instant at,
        SinkState state,
        SinkHealth health,
        SinkLoad load,
        EffectCounts effects,
        EffectLatency latency,
        Map<String, EffectLatency> latencies) {

    public SinkInstance {
        latencies = Map.copyOf(latencies);
    }

    /** Of a host that measures nothing else. */
    public SinkInstance(
            Identity identity,
            Instant at,
            SinkState state,
            SinkHealth health,
            SinkLoad load,
            EffectCounts effects,
            EffectLatency latency) {
        this(identity, at, state, health, load, effects, latency, Map.of());
    }

    /** The longest time between two reports of an instance that runs and can use Kafka. */
    public static final Duration LONGEST_INTERVAL = Duration.ofMinutes(1);

    /** How old the newest report of an instance may be that counts as running: two reports may be lost. */
    private static final Duration OUTDATED = LONGEST_INTERVAL.multipliedBy(3);

    /**
     * Which instance it is.
     *
     * @param id unique, and another one after each start
     * @param host the name of its machine
     * @param version the version of this library
     * @param startedAt when it was started
     */
    public record Identity(String id, String host, String version, Instant startedAt) {

        /** A new instance, in this process. May ask the network for the name of the host. */
        public static Identity create(Instant startedAt) {
            String version = SinkInstance.class.getPackage().getImplementationVersion();
            return new Identity(
                    UUID.randomUUID().toString(), hostName(), version == null ? "development" : version, startedAt);
        }

        private static String hostName() {
            try {
                return InetAddress.getLocalHost().getHostName();
            } catch (UnknownHostException unnamed) {
                return "unknown";
            }
        }
    }

    /** Events that it had read and not applied yet. */
    public long inFlight() {
        return load.inFlight();
    }

    /** Whether a report differs from another one of its instance in its time at most. */
    boolean sameAs(SinkInstance other) {
        return equals(new SinkInstance(
                other.identity,
                at,
                other.state,
                other.health,
                other.load,
                other.effects,
                other.latency,
                other.latencies));
    }

    /** Whether the instance runs as far as can be known: it has not failed, and its report is at most three minutes old. */
    public boolean running(Instant now) {
        return state != SinkState.FAILED && state != SinkState.STOPPED && !at.isBefore(now.minus(OUTDATED));
    }
}
