/**
 * The Kafka clients of a sink, adapted to how it works inside Kafka Streams.
 *
 * <pre>
 *   PacedConsumer, PollBudget, CommandPriority   when the stream thread polls, what it fetches, how long it waits
 *   DecodeAhead, PolledRecord                    decodes polled events on a thread of their own
 *   Relevance                                    which of them the sink acts on, by key and headers
 *   TimeoutFencingProducer                       a commit without an answer fences the producer
 *   CurrentTimeProducer                          each written record has the current time
 *   EventTopic, EventTopicDescription,
 *   EventTopicMonitor, EventTopicAdmin           what the cluster reports of the event topic
 *   TopicFittingAdmin                            the sink's own topics fit the event topic before partitions are assigned
 *   KafkaMonitor, KafkaChecks                    whether the cluster can be used, and why not
 * </pre>
 *
 * <p>The proxies are called on the stream thread; {@code streams} wires them into Kafka Streams. They rely on details of Kafka Streams
 * (all supported versions), which {@code PacedConsumerTest}, {@code RebalanceRerunsNothingTest} and {@code UnansweredCommitsTest} verify: a revocation
 * happens inside a poll and commits only marked tasks; a fenced producer makes Kafka Streams give up all tasks.
 */
@NullMarked
package io.taskqueue.streams.clients;

import org.jspecify.annotations.NullMarked;
