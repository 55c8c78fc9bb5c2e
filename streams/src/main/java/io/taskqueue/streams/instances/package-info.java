/**
 * What the instances of a sink report about themselves on the topic {@code *-instances}, for the console and the commands.
 *
 * <pre>
 *   SinkInstance        a report
 *   InstanceFormat      reports as records
 *   InstancePublisher   when they are written, by a thread of its own
 *   InstanceWriter      the producer
 * </pre>
 *
 * <p>A sink service starts the publisher; {@code admin.SinkInstances} reads the topic. Never: a sink waits for its report, or fails because
 * of it.
 */
@NullMarked
package io.taskqueue.streams.instances;

import org.jspecify.annotations.NullMarked;
