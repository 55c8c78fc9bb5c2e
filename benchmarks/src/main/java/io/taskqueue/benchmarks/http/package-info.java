/**
 * The sink {@code http} as a user runs it, beside bare threads.
 *
 * <pre>
 *   HttpRound        one process that makes all calls: its first call, its rates, its CPU time
 *     TargetProcess    the target, in a JVM of its own: DelayedTarget, which keeps a CallTimeline
 *     CallRates        rates from the timeline, cold and warm
 *   BareThreads      threads that only post, each with a PostingClient and a SampleEvent
 * </pre>
 *
 * <p>Started by {@code HttpComparison} on the main thread. {@code DelayedTarget} and {@code BareThreads} are main classes of their own.
 * A round must never count where a call is missing or repeated.
 */
@NullMarked
package io.taskqueue.benchmarks.http;

import org.jspecify.annotations.NullMarked;
