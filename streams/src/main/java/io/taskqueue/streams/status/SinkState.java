package io.taskqueue.streams.status;

/**
 * The state of a sink service.
 *
 * <pre>
 *   STARTING ---> RUNNING &lt;---> REBALANCING
 *       |            |               |
 *       +------------+---------------+---> STOPPED  (close)
 *                                    +---> FAILED   (an error that a retry does not fix)
 * </pre>
 */
public enum SinkState {
    STARTING,
    RUNNING,
    REBALANCING,
    STOPPED,
    FAILED
}
