package io.taskqueue.sink.local;

import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.metrics.SinkMeters;
import io.taskqueue.sink.effect.RecordedEffects.Counts;

/** The counts of one run, for its receipt and for the meters. Used by one thread. */
final class RunCounters {

    private final SinkMeters meters;
    private long applied;
    private long duplicates;
    private long fenced;
    private long run;
    private long reused;
    private long failed;
    private long missing;
    private int recordedByThisEvent;

    RunCounters(SinkMeters meters) {
        this.meters = meters;
    }

    void duplicate(ReplicationEvent<?> event) {
        duplicates++;
        meters.counter(SinkMeters.DUPLICATES, event.queueName()).increment();
    }

    void fenced(ReplicationEvent<?> event) {
        fenced++;
        meters.counter(SinkMeters.FENCED, event.queueName()).increment();
    }

    /** Counts the effects of an attempt, whether or not it applied the event. */
    void attempted(Counts counts) {
        run += counts.run();
        failed += counts.failed();
        recordedByThisEvent += counts.run() + counts.failed();
        meters.ambiguous().increment(counts.ambiguous());
        meters.effects(SinkMeters.Result.RUN).increment(counts.run());
        meters.effects(SinkMeters.Result.FAILED).increment(counts.failed());
    }

    /** Counts an event by its last attempt. Results that an earlier attempt recorded count as run, not as reused. */
    void applied(ReplicationEvent<?> event, Counts last) {
        int recordedBefore = recordedByThisEvent - last.run() - last.failed();
        int reusedNow = Math.max(0, last.reused() - recordedBefore);
        applied++;
        reused += reusedNow;
        missing += last.missing();
        recordedByThisEvent = 0;
        meters.counter(SinkMeters.APPLIED, event.queueName()).increment();
        meters.effects(SinkMeters.Result.REUSED).increment(reusedNow);
        meters.effects(SinkMeters.Result.MISSING).increment(last.missing());
    }

    RunReceipt receipt() {
        return new RunReceipt(applied, duplicates, fenced, new RunReceipt.EffectTotals(run, reused, failed, missing));
    }
}
