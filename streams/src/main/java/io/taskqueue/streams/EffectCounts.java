package io.taskqueue.streams;

/**
 * What became of effects since the service started.
 *
 * @param run effects whose result was recorded, mostly because their action ran
 * @param reused results that came from the record
 * @param failed failures for good, now or from the record
 * @param missing effects without a recorded result in a replay, which were left undone
 * @param parked events set aside instead of applied: parked with an error or behind one that is, or passed over in a replay
 *     because they are parked or discarded
 * @param ambiguous effects of which nobody knew whether they were done, and that were dealt with as declared
 */
public record EffectCounts(long run, long reused, long failed, long missing, long parked, long ambiguous) {}
