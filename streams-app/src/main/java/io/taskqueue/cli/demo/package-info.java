/**
 * The commands that bring their own Kafka broker: {@code demo} and {@code broker}; and an HTTP target to try sinks with.
 *
 * <pre>
 *   DemoCommand   -> LocalBroker, Demo -> ChildDispatcher (a process, which is killed), then dispatch.Dispatcher
 *                                      -> a SinkService that calls LedgerTarget (an HTTP server on threads of its own)
 *                                      -> replay.ReplayPlan
 *                                      -> TopicCounts, DemoResult (the counts, compared with each other)
 *                 -> KeptDemo (with --keep): the console, and Traffic -> TrafficQueue, TrafficSinks; ConcurrentClose ends them
 *   BrokerCommand -> LocalBroker
 *   TargetCommand -> ExampleTarget (for the containers of docker-compose.yml)
 * </pre>
 *
 * <p>Only {@link io.taskqueue.cli.demo.LocalBroker} refers to the embedded broker, so that all other commands run without its
 * jars.
 */
@NullMarked
package io.taskqueue.cli.demo;

import org.jspecify.annotations.NullMarked;
