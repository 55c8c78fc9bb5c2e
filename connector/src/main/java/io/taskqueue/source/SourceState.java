package io.taskqueue.source;

/**
 * The state of a source.
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
    /**
     * Events wait, because Kafka does not accept them at the moment or cannot confirm them; or they would, if there were any. Nothing
     * is lost; the source continues to try.
     */
    RETRYING,
    /** Another source has claimed the queue. This one has stopped its queue and sends nothing any more. */
    FENCED,
    /** The source stopped itself and its queue, because continuing could lose events or fork the history. The last error states why. */
    FAILED,
    /** Closed by {@link ReplicationSource#close}. */
    CLOSED
}
