package io.taskqueue.streams;

import io.taskqueue.sink.SinkStoppedException;
import io.taskqueue.streams.status.SinkState;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.streams.KafkaStreams;
import org.jspecify.annotations.Nullable;

/**
 * The lifecycle of a sink service, and the only place that changes it. A transition that is not drawn is refused: its method returns
 * false and nothing changes. Thread-safe.
 *
 * <pre>
 *   STARTING ---&gt; RUNNING &lt;---&gt; REBALANCING
 *      |             |               |
 *      |  close      |  close        |  close
 *      +-------------+---------------+-------&gt; CLOSING ---- ended ---&gt; STOPPED
 *      |  fail       |  fail         |  fail      | fail
 *      +-------------+---------------+------------+----&gt; FAILING ---- ended ---&gt; FAILED
 * </pre>
 *
 * <p>For users, {@link SinkState}, CLOSING is the state before it, and FAILING is FAILED.
 */
final class ServiceLifecycle {

    private enum Phase {
        STARTING,
        RUNNING,
        REBALANCING,
        CLOSING,
        FAILING,
        STOPPED,
        FAILED
    }

    private static final Map<Phase, Set<Phase>> LEGAL = new EnumMap<>(Map.of(
            Phase.STARTING, EnumSet.of(Phase.RUNNING, Phase.CLOSING, Phase.FAILING),
            Phase.RUNNING, EnumSet.of(Phase.REBALANCING, Phase.CLOSING, Phase.FAILING),
            Phase.REBALANCING, EnumSet.of(Phase.RUNNING, Phase.CLOSING, Phase.FAILING),
            Phase.CLOSING, EnumSet.of(Phase.STOPPED, Phase.FAILING),
            Phase.FAILING, EnumSet.of(Phase.FAILED)));

    private Phase phase = Phase.STARTING;
    private SinkState beforeClosing = SinkState.STARTING;
    private @Nullable SinkStoppedException failure;
    private boolean ending;

    /** Follows Kafka Streams where it rebalances, and where that is over. */
    synchronized void follow(KafkaStreams.State now) {
        if (now == KafkaStreams.State.RUNNING) {
            to(Phase.RUNNING);
        } else if (now == KafkaStreams.State.REBALANCING) {
            to(Phase.REBALANCING);
        }
    }

    /** The service is to be closed; returns whether the caller is the one that ends it. */
    synchronized boolean close() {
        beforeClosing = state();
        to(Phase.CLOSING);
        return end();
    }

    /** The service cannot continue; false where it has failed or stopped before. */
    synchronized boolean fail(SinkStoppedException reason) {
        if (!to(Phase.FAILING)) {
            return false;
        }
        failure = reason;
        return true;
    }

    /** Whether the caller is the one that ends the service; true once. */
    synchronized boolean end() {
        boolean first = !ending;
        ending = true;
        return first;
    }

    /** The service has stopped: nothing of it runs any more. */
    synchronized void ended() {
        to(phase == Phase.FAILING ? Phase.FAILED : Phase.STOPPED);
        notifyAll();
    }

    /** Waits until it has stopped. */
    synchronized void awaitEnd() throws InterruptedException {
        while (phase != Phase.STOPPED && phase != Phase.FAILED) {
            wait();
        }
    }

    /** Whether it works, and is not being closed. */
    synchronized boolean running() {
        return phase == Phase.RUNNING;
    }

    /** Whether it was closed or has failed, or is about to be. */
    synchronized boolean isEnding() {
        return ending;
    }

    synchronized SinkState state() {
        return switch (phase) {
            case STARTING -> SinkState.STARTING;
            case RUNNING -> SinkState.RUNNING;
            case REBALANCING -> SinkState.REBALANCING;
            case CLOSING -> beforeClosing;
            case STOPPED -> SinkState.STOPPED;
            case FAILING, FAILED -> SinkState.FAILED;
        };
    }

    synchronized Optional<SinkStoppedException> failure() {
        return Optional.ofNullable(failure);
    }

    private boolean to(Phase next) {
        if (!LEGAL.getOrDefault(phase, Set.of()).contains(next)) {
            return false;
        }
        phase = next;
        return true;
    }
}
