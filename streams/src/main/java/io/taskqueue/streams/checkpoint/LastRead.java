package io.taskqueue.streams.checkpoint;

import java.time.Instant;

/**
 * The last record of a queue that was read, whatever it was: while the log holds it, or a record before it, the checkpoint is needed.
 *
 * @param offset the highest offset
 * @param at when, by the sink's clock, to the commit
 */
public record LastRead(long offset, Instant at) {}
