/**
 * The console's view of queues and tasks, as the events of the event topic define it, and its layout in a store. Plain logic: no Kafka client, no
 * clock, no threads of its own.
 *
 * <pre>
 *   PartitionFold      takes the events of one partition, by the rules of io.taskqueue.fold.QueueFold
 *     QueueState         a queue: its newest position, counts, where each phase begins
 *     IndexedTask        a task: its ViewPhase, and the EventOffsets of its events; TaskChange makes it from an event
 *     TaskIndex          tasks by identity, and by queue, phase and change
 *     ViewStore          the sorted bytes that hold all of it; ViewKeys its keys; BufferedViewStore keeps changes until a commit
 *     FoldBounds         how much of it is kept; EventTopicState of which topic
 *   QueueActivities    rates and depth of queues over time, in memory: QueueActivity of each, DepthHistory its samples
 *   QueueDirectory     the views of all queues, as an immutable list
 *   EventViews         an event as the page shows it
 * </pre>
 *
 * <p>A {@link io.taskqueue.console.fold.PartitionFold} is written by the thread that reads the events of its partition and read by others; all its
 * methods are synchronized, and none waits for anything but its store.
 */
@NullMarked
package io.taskqueue.console.fold;

import org.jspecify.annotations.NullMarked;
