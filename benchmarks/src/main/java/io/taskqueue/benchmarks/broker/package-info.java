/**
 * The broker that all candidates use, its topics, and the directories of a run.
 *
 * <p>{@code BrokerProcess} is the broker, in a JVM of its own; {@code BenchmarkCluster} creates, reads and deletes its topics;
 * {@code WorkDirectory} holds the broker's log and the sinks' state. Used on the main thread. Topics must be new in each round.
 */
@NullMarked
package io.taskqueue.benchmarks.broker;

import org.jspecify.annotations.NullMarked;
