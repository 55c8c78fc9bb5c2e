package io.taskqueue.console.model;

import org.jspecify.annotations.Nullable;

/**
 * The rate limit of a sink, as its running instances report it.
 *
 * @param perSecond calls a second, of all instances together; null is no limit
 * @param perKey calls a second of the events of one peer; null is no limit
 * @param waiting events that wait for a permit, in all instances together
 * @param text the limit as text, for example {@code 100 calls/s, 5 calls/s of a peer}
 */
public record SinkLimit(@Nullable Double perSecond, @Nullable Double perKey, long waiting, String text) {}
