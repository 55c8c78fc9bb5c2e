package io.taskqueue.streams;

/**
 * What became of effects since the service started.
 *
 * @param run actions that were done and recorded
 * @param reused results that came from the record
 * @param failed failures for good, now or from the record
 * @param missing effects without a recorded result in a replay, which were left undone
 */
public record EffectCounts(long run, long reused, long failed, long missing) {}
