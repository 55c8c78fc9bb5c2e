/**
 * Measurements: micro-benchmarks of the queue and of the wire format, and whole paths side by side with bare Kafka clients.
 *
 * <p>{@code benchmarks/run} starts all of them.
 */
@NullMarked
package io.taskqueue.benchmarks;

import org.jspecify.annotations.NullMarked;
