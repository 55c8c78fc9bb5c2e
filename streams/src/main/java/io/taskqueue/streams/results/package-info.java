/**
 * What is recorded of effects: their results, and the intents of those that are about to run. This is where an effect is stored.
 *
 * <pre>
 *   ResultsStore      records, finds and deletes; ResultFormat is the layout
 *   RecordedResults   what is recorded of one event
 *   FailureLog        logs recorded failures, at a bounded rate
 *   ResultsPurge      deletes what the log's retention has passed
 * </pre>
 *
 * <p>Called by {@code partition} and {@code parking} on the stream thread, and by operators' commands through {@code admin} (the
 * layout). A recorded result never changes; it is deleted only when its event cannot be read again.
 */
@NullMarked
package io.taskqueue.streams.results;

import org.jspecify.annotations.NullMarked;
