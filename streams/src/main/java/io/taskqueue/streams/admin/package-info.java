/**
 * What operators do from outside a sink: read its committed state, and write commands for it.
 *
 * <pre>
 *   ParkedEvents     list, redrive, discard
 *   SinkReplays      order a replay, read receipts
 *   ReplayMove       how a replay would move the committed offsets
 *   SinkResults      recorded results of effects; EffectRecord
 *   SinkInstances    what running instances report about themselves
 *   CommittedCheckpoint   how far it has applied each queue
 *   SinkCounts       how many events are in flight, and how many records could not be decoded
 *   CommittedState, FailedEffects, InstanceTable   what the records of its changelogs add up to, for all of these and for those who follow them;
 *                    ParkedEventTable is the part with the parked events, within a bound
 *   SinkChangelog, ControlTopicWriter   the topics behind them
 * </pre>
 *
 * <p>Called by commands and web pages, on their threads, whether the sink runs or not. Never: a store or a topic's offset is changed from here; the sink itself executes
 * each command when it reads it.
 */
@NullMarked
package io.taskqueue.streams.admin;

import org.jspecify.annotations.NullMarked;
