/**
 * What a sink reports about itself: status, meters, observers.
 *
 * <pre>
 *   SinkStatus, SinkState, QueueStatus, EffectCounts   what {@code SinkService.status()} returns
 *   SinkLoad                                           what an instance has to do, and its rate limit
 *   EffectLatency, LatencyHistogram                    how long actions of effects took
 *   AppliedEvent, Observers                            what observers get, each on a thread of its own
 *   SinkProgress, QueueProgress                        where the stream thread writes it; the meters of the sink
 *   QueueSeries                                        which queues have meters of their own
 * </pre>
 *
 * <p>Written by the stream thread, read by any thread: {@code SinkService}, and diagnostics and observers of the application. Nothing here blocks the stream thread or decides anything.
 */
@NullMarked
package io.taskqueue.streams.status;

import org.jspecify.annotations.NullMarked;
