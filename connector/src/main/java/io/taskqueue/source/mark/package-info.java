/**
 * The low-water mark of a queue at its source: kept with every acknowledged event, published in the registry, and moved on before the
 * retention of the event topic reaches it.
 *
 * <pre>
 *   LiveTaskOffsets   the live tasks in the order of the oldest records that a recovery needs of them; the first is at the mark
 *   Liveness          whether a task is live after an event
 *   MarkPublisher     publishes the marks of all queues when they have moved; on a thread of its own; PublishedMark is one of them
 *   RetentionGuard    has the oldest live tasks written again as Snapshot events, by what the topic keeps (TopicRetention)
 * </pre>
 *
 * <p><b>Never.</b> A mark is published that counts an event which is not confirmed: it would be too high if another source has claimed the
 * queue meanwhile, and a recovery would miss tasks.
 */
@NullMarked
package io.taskqueue.source.mark;

import org.jspecify.annotations.NullMarked;
