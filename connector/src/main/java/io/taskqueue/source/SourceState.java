package io.taskqueue.source;

/**
 * What a source is doing.
 *
 * <pre>
 *   RUNNING &lt;--------&gt; RETRYING
 *      |                  |
 *      +--------+---------+-----------+
 *               |         |           |
 *               v         v           v
 *            FENCED    FAILED      CLOSED
 * </pre>
 */
public enum SourceState {
    /** Events reach Kafka. */
    RUNNING,
    /** Events wait, because Kafka does not take them at the moment. Nothing is lost; the source goes on trying. */
    RETRYING,
    /** Another source has claimed the queue. This one has stopped its queue and sends nothing more. */
    FENCED,
    /** The source stopped itself and its queue, because going on could lose or fork the history. The last error says why. */
    FAILED,
    /** Closed by its user. */
    CLOSED
}
