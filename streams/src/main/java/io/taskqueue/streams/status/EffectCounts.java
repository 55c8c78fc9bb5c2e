package io.taskqueue.streams.status;

/**
 * What happened to effects since the service started.
 *
 * @param run effects whose result was recorded, mostly because their action ran
 * @param reused effects that returned their recorded result
 * @param failed effects that failed permanently, which was recorded
 * @param missing effects without a recorded result in a replay, which did not run
 * @param parked events parked instead of applied: with an error or behind such an event, or skipped in a replay
 *     because they are parked or discarded
 * @param ambiguous effects with an unknown outcome, which were handled as declared
 */
public record EffectCounts(long run, long reused, long failed, long missing, long parked, long ambiguous) {}
