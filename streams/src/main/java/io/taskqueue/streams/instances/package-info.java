/**
 * What the instances of a sink report about themselves on the topic {@code NAME-instances}, for the console and the commands.
 *
 * <pre>
 *   SinkInstance     a report
 *   InstanceFormat   reports as records
 * </pre>
 */
@NullMarked
package io.taskqueue.streams.instances;

import org.jspecify.annotations.NullMarked;
