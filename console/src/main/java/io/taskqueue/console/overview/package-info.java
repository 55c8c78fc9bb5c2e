/**
 * The logic of the console's overview: rates, when a sink will have caught up, and what is wrong. No Kafka, no clock, no threads.
 *
 * <pre>
 *   RateMeter         the rate of a number that grows, over the last minute
 *   CatchUpTime       from two rates, when a lag will be 0
 *   GrowthMeter       whether the tasks of a queue only become more
 *   QueueHeads        the newest event of each queue
 *   NewestPositions   from the newest positions of a queue over time, how old the first event is that a sink has not applied
 *   QueueProblems     the badges of a queue
 *   SinkProblems      the badges of a sink
 * </pre>
 *
 * <p>Used by the index of sinks on its thread, and by {@code taskqueue status --watch}, so that both show the same numbers.
 */
@NullMarked
package io.taskqueue.console.overview;

import org.jspecify.annotations.NullMarked;
