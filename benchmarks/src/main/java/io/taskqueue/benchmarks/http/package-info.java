/**
 * The sink {@code http} as a user runs it, beside bare threads.
 *
 * <pre>
 *   TargetProcess    the target, in a JVM of its own: DelayedTarget
 *   BareThreads      threads that only post, each with a PostingClient and a SampleEvent
 * </pre>
 *
 * <p>Started by {@code HttpComparison} on the main thread. {@code DelayedTarget} and {@code BareThreads} are main classes of their own.
 * A round must never count where a call is missing or repeated.
 */
@NullMarked
package io.taskqueue.benchmarks.http;

import org.jspecify.annotations.NullMarked;
