/**
 * The source: publishes the events of one queue to Kafka, in order and without loss.
 *
 * <pre>
 *   queue's lock          publisher thread                producer's I/O thread           registry thread
 *   append: stamp,   -&gt;   encode, send in order     -&gt;    acknowledged: leave the    -&gt;    no newer claim? then
 *   into the buffer       (one partition)                 buffer, on to subscribers       replicated() completes
 * </pre>
 *
 * <p>An event is in the buffer from {@code append} until Kafka has acknowledged it. Whatever becomes of a producer, the next
 * one begins with the first event that is still there; so what Kafka holds may repeat itself, but never skips.
 */
@NullMarked
package io.taskqueue.source;

import org.jspecify.annotations.NullMarked;
