package io.taskqueue.streams.replay;

/**
 * What happened to the events of a replay, and to their effects.
 *
 * @param events events passed to the sink, or found parked
 * @param reused effects that returned their recorded result
 * @param run effects whose result was recorded now, mostly because their action ran
 * @param failed effects that failed permanently now, which was recorded
 * @param parked events that are parked, now or from before
 * @param missing effects without a recorded result that did not run
 * @param ambiguous effects with an unknown outcome, which were handled as declared
 */
public record ReplayCounts(long events, long reused, long run, long failed, long parked, long missing, long ambiguous) {

    /** All zero. */
    public static final ReplayCounts NONE = new ReplayCounts(0, 0, 0, 0, 0, 0, 0);

    /** The sum of both. */
    public ReplayCounts plus(ReplayCounts more) {
        return new ReplayCounts(
                events + more.events,
                reused + more.reused,
                run + more.run,
                failed + more.failed,
                parked + more.parked,
                missing + more.missing,
                ambiguous + more.ambiguous);
    }
}
