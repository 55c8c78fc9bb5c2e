package io.taskqueue.streams;

/**
 * What a sink service is doing.
 *
 * <pre>
 *   STARTING ---> RUNNING &lt;---> REBALANCING
 *       |            |               |
 *       +------------+---------------+---> STOPPED  (close)
 *                                    +---> FAILED   (an error that trying again does not cure)
 * </pre>
 */
public enum SinkState {
    STARTING,
    RUNNING,
    REBALANCING,
    STOPPED,
    FAILED
}
