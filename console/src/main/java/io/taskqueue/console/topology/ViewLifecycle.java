package io.taskqueue.console.topology;

import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The lifecycle of the view, and the only place that changes it. Whatever ends Kafka Streams, the view starts it again, until it is closed. A
 * transition that is not drawn is refused: its method returns false and nothing changes. Thread-safe.
 *
 * <pre>
 *   WAITING ---- started ---&gt; RUNNING ---- end ----&gt; ENDED
 *    ^ |  |                      |                     |  |
 *    | |  +------ end -----------|---------------------+  |
 *    | +------- close -----------+--------- close --------+---&gt; CLOSED
 *    +---------------------------- again -----------------+
 * </pre>
 */
final class ViewLifecycle {

    private enum Phase {
        WAITING,
        RUNNING,
        ENDED,
        CLOSED
    }

    /** Why Kafka Streams is ended, and what follows. */
    enum Ending {
        /** It is started again, and continues. */
        RESTART,
        /** The event topic was deleted: it is started again for the topic that follows. */
        TOPIC_GONE,
        /** The view is built again from the events. */
        RESET,
        /** Something failed: it is started again after a while. */
        FAILED
    }

    private static final Map<Phase, Set<Phase>> LEGAL = new EnumMap<>(Map.of(
            Phase.WAITING, EnumSet.of(Phase.RUNNING, Phase.ENDED, Phase.CLOSED),
            Phase.RUNNING, EnumSet.of(Phase.ENDED, Phase.CLOSED),
            Phase.ENDED, EnumSet.of(Phase.WAITING, Phase.CLOSED)));

    private Phase phase = Phase.WAITING;
    private Ending ending = Ending.RESTART;
    private @Nullable String reason;

    /** Kafka Streams is about to run. */
    synchronized boolean started() {
        return to(Phase.RUNNING);
    }

    /** Kafka Streams must end, or has ended; only the first reason counts. */
    synchronized boolean end(Ending how, String why) {
        if (!to(Phase.ENDED)) {
            return false;
        }
        ending = how;
        reason = why;
        return true;
    }

    /** It is to be started again. */
    synchronized boolean again() {
        return to(Phase.WAITING);
    }

    /** Returns whether Kafka Streams ran. */
    synchronized boolean close() {
        boolean ran = phase == Phase.RUNNING;
        boolean unused = to(Phase.CLOSED);
        return ran;
    }

    /** Waits while Kafka Streams runs. */
    synchronized void awaitEnd() throws InterruptedException {
        while (phase == Phase.RUNNING) {
            wait();
        }
    }

    /** Waits before a start; less where the view is closed meanwhile. */
    synchronized void pause(Duration wait) throws InterruptedException {
        if (phase != Phase.CLOSED) {
            TimeUnit.NANOSECONDS.timedWait(this, wait.toNanos());
        }
    }

    /** How Kafka Streams ended last. */
    synchronized Ending ending() {
        return ending;
    }

    /** Whether Kafka Streams ends so that what it has not committed has no use any more. */
    synchronized boolean commitIsUseless() {
        return phase == Phase.ENDED && (ending == Ending.TOPIC_GONE || ending == Ending.RESET);
    }

    /** Why Kafka Streams ended last. */
    synchronized String reason() {
        return Objects.requireNonNullElse(reason, "");
    }

    synchronized boolean running() {
        return phase == Phase.RUNNING;
    }

    synchronized boolean closed() {
        return phase == Phase.CLOSED;
    }

    private boolean to(Phase next) {
        if (!LEGAL.getOrDefault(phase, Set.of()).contains(next)) {
            return false;
        }
        phase = next;
        notifyAll();
        return true;
    }
}
