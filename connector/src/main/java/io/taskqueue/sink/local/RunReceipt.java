package io.taskqueue.sink.local;

/**
 * What one run of a {@link LocalSinkRunner} did. SourceStarted events are in none of the numbers.
 *
 * @param applied events passed to the sink until it was done with them
 * @param duplicates events dropped because their peer has had them before
 * @param fenced events dropped because a source of a higher epoch had taken their queue over
 * @param effects what became of the effects of the applied events
 */
public record RunReceipt(long applied, long duplicates, long fenced, EffectTotals effects) {

    /**
     * Effects of applied events; see {@link io.taskqueue.sink.effect.RecordedEffects.Counts}. Actions of tries that failed for now and then succeeded
     * are counted once, as run, in whichever try recorded them.
     */
    public record EffectTotals(long run, long reused, long failed, long missing) {}

    /** Events seen: all that came, whatever became of them. */
    public long seen() {
        return applied + duplicates + fenced;
    }

    /** The receipt in a line, for a person. */
    @Override
    public String toString() {
        return seen() + " events: " + applied + " applied, " + duplicates + " duplicates, " + fenced
                + " fenced; effects: "
                + effects.run + " run, " + effects.reused + " reused, " + effects.failed + " failed, " + effects.missing
                + " missing";
    }
}
