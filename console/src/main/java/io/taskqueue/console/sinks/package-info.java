/**
 * The sinks of an event topic for the console: an index that follows their topics and consumer groups.
 *
 * <pre>
 *   TopicSinkIndex      the index: settings, what was found last, and questions that need Kafka
 *   IndexThread         its thread: one round each interval, whatever fails
 *   ClusterScan         a round: sinks are discovered, offsets are asked for, topics are read on
 *     SinkGroups          which consumer groups are sinks, whether they run, what they have committed
 *     EventTopicReader    the ends of the event topic, and the first records that a group has not read
 *     TopicTail           reads many topics on, each partition from where it was; FollowedTopic is one of them
 *     FollowedSink        what is known of one sink: GroupProgress, AppliedMeter, NewestResults, RunningInstances, DecisionLog
 *     Reading             what was read of a sink, or why that is unknown
 *     QueuePositions      the newest positions of the queues
 *   IndexSnapshot       all of it at one moment, immutable; SinkSnapshot of each sink, SinkLimits its rate limit
 *   ParkedPages         which parked tasks a query selects; ParkedDecider decides about them
 *   ReplayPlanner       what a replay would do
 *   RecordedEffectsReader   the recorded effects of a task
 * </pre>
 *
 * <p>What changes is used by the thread of the index alone; other threads see snapshots. What may not be read is unknown, and never shown as zero.
 */
@NullMarked
package io.taskqueue.console.sinks;

import org.jspecify.annotations.NullMarked;
