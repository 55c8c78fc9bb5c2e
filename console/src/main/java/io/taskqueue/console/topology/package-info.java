/**
 * The console's view of queues and tasks on Kafka Streams: the events of the event topic are folded into a store. The only package of the console that
 * uses Kafka Streams.
 *
 * <pre>
 *   ViewService        for the console: implements QueueIndex; its Builder makes ViewSettings
 *     ViewRun            starts Kafka Streams, and starts it again after whatever ended it; ViewLifecycle its states
 *       ViewClients        its Kafka clients, whose commits can be made to fail
 *       ViewTopics         waits for the event topic, and keeps the view's changelog topic fit for it
 *       ViewTopology       source and processor; ViewProperties its properties
 *         ViewProcessor      passes records of one partition to its PartitionFold, and has it flush before a commit; StreamsViewStore its store
 *     AssignedFolds      the folds of the partitions that this process has
 *     ViewMonitor        each second: progress, problems, and the directory of queues; RestoreProgress what is restored
 *       ReadProgress            how far the view is behind; TrailingMarkers where a partition ends without a record
 *     TaskLives          the events of a task, read from the topic by their offsets: EventReader
 *     Followers          the consumers that receive events as they are read
 * </pre>
 *
 * <p>Threads: the stream thread folds; the monitor's thread asks Kafka and updates what readers see; the thread of ViewRun starts and restarts. Callers of
 * ViewService read what is in memory and in the local store, and only life() waits for Kafka.
 */
@NullMarked
package io.taskqueue.console.topology;

import org.jspecify.annotations.NullMarked;
