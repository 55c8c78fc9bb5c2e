/**
 * The rate limit of a sink, as it was configured and as operators change it.
 *
 * <pre>
 *   RateOrder   a change, as a record of the control topic of each partition, and as it is stored with the partition
 *   SinkRate    the limit in force: the newest order of all partitions of this instance, or what was configured
 * </pre>
 *
 * <p>Called on the stream thread; the limit in force is read by any. A limit is kept by {@code RateLimiter}, in {@code execution}. Never: a
 * limit that a restart or a rebalance forgets.
 */
@NullMarked
package io.taskqueue.streams.rate;

import org.jspecify.annotations.NullMarked;
