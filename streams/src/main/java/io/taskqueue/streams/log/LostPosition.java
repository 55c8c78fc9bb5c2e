package io.taskqueue.streams.log;

import java.util.OptionalLong;

/**
 * The log does not hold the next record to be read, as Kafka has found; the partition is read from the log's start.
 *
 * @param next the offset of that record
 * @param shortenedTo the offset at which the log and what was read of it part, where Kafka tells it
 */
public record LostPosition(long next, OptionalLong shortenedTo) {}
