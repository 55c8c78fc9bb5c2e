/**
 * The local runner: runs a sink over any events in the calling process, without Kafka Streams.
 *
 * <pre>
 *   LocalSinkRunner --build()--&gt; LocalSinkSettings
 *        |
 *        +--run(events)--&gt; LocalSinkRun --&gt; EventPrefetcher     reads ahead, on its own thread, if there is a buffer
 *                               |                              (from an EventChannel, which a pump fills)
 *                               +--&gt; QueueCursor             duplicates, fence, checkpoint of a queue
 *                               +--&gt; Retries                 attempts and the waits between them (RetryPause)
 *                               +--&gt; RunCounters, LagGauges  the receipt and the meters
 * </pre>
 *
 * <p>Called by applications. Events are applied on the thread that calls {@code run}, one at a time; only
 * {@code EventPrefetcher} has a thread. A checkpoint must never advance past an event that was not applied.
 */
@NullMarked
package io.taskqueue.sink.local;

import org.jspecify.annotations.NullMarked;
