/**
 * The name, tags and description of every meter, once.
 *
 * <pre>
 *   SourceMeters      the meters of a queue and its source: SourceCounters, and gauges
 *   SourceSeries      which queues of a group have their own, and which share some (SharedGauges)
 *   SinkMeters        the meters of a sink
 *   CanaryMeters      the meters of a canary
 *   ConsoleMeters     the meters of a console
 *   ClosedQueues      the queues of closed sources, whose counters stay for a while
 *   LiveGauges        registers gauges so that the newest subject of a name and tags is shown
 *   MeterDefinition   name, description and unit
 * </pre>
 *
 * <p>Called on any thread. Never: a task id as a tag, or a name that is written anywhere else.
 */
@NullMarked
package io.taskqueue.metrics;

import org.jspecify.annotations.NullMarked;
