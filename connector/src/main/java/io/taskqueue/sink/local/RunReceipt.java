package io.taskqueue.sink.local;

/**
 * The numbers of one run of a {@link LocalSinkRunner}. SourceStarted and Snapshot events are not counted.
 *
 * @param applied events that the sink applied
 * @param duplicates events dropped because they were applied before
 * @param fenced events dropped because a source of a higher epoch had taken over their queue
 * @param effects the effects of the applied events
 */
public record RunReceipt(long applied, long duplicates, long fenced, EffectTotals effects) {

    /**
     * The effects of applied events. An action that failed temporarily and then succeeded counts once, as run.
     *
     * @param run effects whose result was recorded in this run
     * @param reused effects whose result or permanent failure was recorded before, so that they did not run
     * @param failed actions that failed permanently in this run, which was recorded
     * @param missing effects without a record that did not run, because of {@code EffectMode.RECORDED_ONLY}
     */
    public record EffectTotals(long run, long reused, long failed, long missing) {}

    /** All events of the run. */
    public long seen() {
        return applied + duplicates + fenced;
    }

    /** The receipt as one line of text, for logs. */
    @Override
    public String toString() {
        return seen() + " events: " + applied + " applied, " + duplicates + " duplicates, " + fenced
                + " fenced; effects: "
                + effects.run + " run, " + effects.reused + " reused, " + effects.failed + " failed, " + effects.missing
                + " missing";
    }
}
