/**
 * Several instances of one sink on the same machine, each in a JVM of its own: their sum, and how long a change of the group stops them.
 *
 * <pre>
 *   InstanceThroughput   one, two and four instances that apply the same backlog
 *   RebalanceSection     an instance joins, stops or is killed while events arrive; AppliedTimes, how long a partition waits
 *     InstanceGroup        the processes of a group: MeasuredInstance; and which partitions each has
 *     GrowingTopic         the events, over several partitions
 *   InstancesOptions     the options of the command
 * </pre>
 *
 * <p>Started by {@code InstancesComparison} on the main thread. {@code MeasuredInstance} is a main class of its own. Times are those at which
 * this process reads what an instance reports, so that all are of one clock.
 */
@NullMarked
package io.taskqueue.benchmarks.instances;

import org.jspecify.annotations.NullMarked;
