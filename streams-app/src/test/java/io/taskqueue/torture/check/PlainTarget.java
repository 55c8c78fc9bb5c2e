package io.taskqueue.torture.check;

import io.taskqueue.sink.EffectKey;
import io.taskqueue.torture.history.AmbiguityPolicy;
import io.taskqueue.torture.history.HistoryWriter;
import io.taskqueue.torture.history.TargetEntry;

/** A target that writes its ledger: it acts whenever it is called, and answers differently each time. */
final class PlainTarget {

    private final HistoryWriter<TargetEntry> ledger;
    private final RunTime time;
    private long calls;

    PlainTarget(HistoryWriter<TargetEntry> ledger, RunTime time) {
        this.ledger = ledger;
        this.time = time;
    }

    String call(EffectKey key) {
        String result = "result-" + ++calls;
        ledger.write(new TargetEntry.EffectApplied(time.now(), calls, key, AmbiguityPolicy.RERUN, result));
        ledger.write(new TargetEntry.Answered(time.now(), calls, true));
        return result;
    }
}
