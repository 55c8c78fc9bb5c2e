/**
 * Contenders whose tasks are in Kafka: ours ({@code QueueContender}, {@code QueueWithSinkContender}), and consumers of a
 * {@code TaskTopic} whose records are tasks ({@code ShareGroupContender}, {@code ParallelConsumerContender}). {@code KafkaServer} creates
 * their topics and knows when a group has ended its tasks.
 *
 * <p>Called by the sections of {@code peers} on the main thread.
 */
@NullMarked
package io.taskqueue.benchmarks.peers.kafka;

import org.jspecify.annotations.NullMarked;
