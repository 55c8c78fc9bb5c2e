/**
 * What the console shows, as values, and the two interfaces that provide it.
 *
 * <pre>
 *   QueueIndex   queues, tasks and their events, folded from the event topic
 *     QueueView, QueueSample, QueueContents, QueueOwner     TaskQuery, TaskView, TaskLife, EventView
 *   SinkIndex    sinks, read from their topics; Sinks is the part that is of one moment
 *     SinkView, SinkInstanceView, SinkLimit, SinkPosition, CatchUp     how a sink works, and how far it has come
 *     ParkedQuery, ParkedView, ParkedDecision, DecisionQuery, DecisionView     parked events, and decisions about them
 *     TaskEffect, TaskAtSinks, ReplayRequest, ReplayEstimate, ReplayView     what sinks have recorded of a task; replays
 *   both         ViewProgress, Badge, Page; UnknownAnswerException where something is unknown
 * </pre>
 *
 * <p>The records are the JSON of the REST API: a component's name is the field's name. No Kafka, no HTTP.
 */
@NullMarked
package io.taskqueue.console.model;

import org.jspecify.annotations.NullMarked;
