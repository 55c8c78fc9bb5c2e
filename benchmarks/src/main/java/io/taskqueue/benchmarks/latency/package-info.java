/**
 * The latency of single events: from the producer's send to the recorded and to the committed result.
 *
 * <p>{@code LatencySection} compares commit intervals and policies, with one {@code LatencyRun} per round. Called by
 * {@code EffectsComparison} on the main thread. Events must not queue up: the rate is far below what the sink can apply.
 */
@NullMarked
package io.taskqueue.benchmarks.latency;

import org.jspecify.annotations.NullMarked;
