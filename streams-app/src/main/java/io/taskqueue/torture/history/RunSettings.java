package io.taskqueue.torture.history;

import java.time.Duration;
import java.util.List;

/**
 * What a checker must know of a run.
 *
 * @param queues the names of its queues
 * @param sinks the names of its sinks
 * @param ownershipBound how long, after a newer claim and without disturbance, a dispatcher may go on leasing
 * @param ambiguityWindow how long before or after a fault an effect may have been applied whose result the fault cost: the time to
 *     commit a result, with the time-outs of Kafka's clients
 * @param clockTolerance by how much the clocks of two processes may differ, except where a fault has set one
 * @param uniqueKeys whether no two tasks of a queue are enqueued with one key, over the whole run
 */
public record RunSettings(
        List<String> queues,
        List<String> sinks,
        Duration ownershipBound,
        Duration ambiguityWindow,
        Duration clockTolerance,
        boolean uniqueKeys) {

    public RunSettings {
        queues = List.copyOf(queues);
        sinks = List.copyOf(sinks);
    }
}
