/**
 * The rate limit of a sink, as values.
 *
 * <pre>
 *   RateLimit   calls a second, of the sink and of a peer
 *   RateOrder   a change by an operator: a record of the control topic of each partition, and stored with each
 * </pre>
 *
 * <p>Immutable. {@code RateLimiter}, in {@code execution}, keeps a limit; {@code SinkRate}, in {@code partition}, decides which one is in
 * force.
 */
@NullMarked
package io.taskqueue.streams.rate;

import org.jspecify.annotations.NullMarked;
