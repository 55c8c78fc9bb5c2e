/**
 * The state of a queue, as its replicated events define it.
 *
 * <pre>
 *   QueueFold       takes events in the order of their partition
 *     FoldedQueue     the state at one moment: the tasks by phase, and counts
 *       FoldedTask      one task, TaskPhase its phase
 * </pre>
 *
 * <p>Pure: no Kafka, no clock, no threads. A {@link io.taskqueue.fold.QueueFold} belongs to one thread; what it returns is immutable, as far as
 * the payloads are. The result depends on the events only, and a duplicate never changes it.
 */
@NullMarked
package io.taskqueue.fold;

import org.jspecify.annotations.NullMarked;
