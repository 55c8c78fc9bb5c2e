/**
 * What the console shows, as values, and the two interfaces that provide it.
 *
 * <pre>
 *   QueueIndex   queues, tasks and their events, folded from the event topic
 *   SinkIndex    sinks: positions, parked events, effects, replays, read from the topics of the sinks
 * </pre>
 *
 * <p>The records are the JSON of the REST API: a component's name is the field's name. No Kafka, no HTTP.
 */
@NullMarked
package io.taskqueue.console.model;

import org.jspecify.annotations.NullMarked;
