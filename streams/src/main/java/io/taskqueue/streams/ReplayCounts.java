package io.taskqueue.streams;

/**
 * What became of the events that were seen again, and of their effects.
 *
 * @param events events passed to the sink, or found parked
 * @param reused effects answered from the record
 * @param run effects whose result was recorded now, mostly because their action ran
 * @param failed effects that failed permanently now, which was recorded
 * @param parked events that are parked, now or from before
 * @param missing effects without a recorded result that did not run
 * @param ambiguous effects of which nobody knew whether they were done, and that were dealt with as declared
 */
public record ReplayCounts(long events, long reused, long run, long failed, long parked, long missing, long ambiguous) {

    /** Nothing yet. */
    public static final ReplayCounts NONE = new ReplayCounts(0, 0, 0, 0, 0, 0, 0);

    /** Both together. */
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
