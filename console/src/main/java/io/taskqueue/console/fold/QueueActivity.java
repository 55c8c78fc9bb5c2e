package io.taskqueue.console.fold;

import io.taskqueue.console.model.QueueSample;
import io.taskqueue.console.model.QueueView;
import io.taskqueue.event.EventKind;
import java.time.Instant;
import java.util.List;

/** What happened to one queue lately: its rates and its depth over time, in memory only. Thread-safe. */
final class QueueActivity {

    private final RecentRates rates = new RecentRates();
    private final DepthHistory history = new DepthHistory();

    synchronized void add(Instant occurredAt, Instant now, EventKind kind) {
        rates.add(occurredAt, now, kind);
    }

    synchronized QueueView.Rates rates(Instant now) {
        return rates.at(now);
    }

    synchronized boolean active() {
        return rates.active();
    }

    synchronized void sample(Instant at, QueueView.Depth depth, int bound) {
        history.add(at, depth, rates.at(at), bound);
    }

    synchronized List<QueueSample> samples() {
        return history.samples();
    }
}
