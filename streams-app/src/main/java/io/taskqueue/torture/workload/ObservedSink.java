package io.taskqueue.torture.workload;

import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.Effects;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.torture.history.AmbiguityPolicy;
import io.taskqueue.torture.history.HistoryWriter;
import io.taskqueue.torture.history.Moment;
import io.taskqueue.torture.history.RunDirectory;
import io.taskqueue.torture.history.SinkEntry;
import io.taskqueue.torture.history.TargetEntry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * A sink whose work is written to the history of the run: its own, or a user's, which needs nothing for that. Where the target of the
 * sink keeps no ledger of the run, the actions that have returned are the ledger. Thread-safe.
 */
final class ObservedSink<T> implements ReplicationSink<T> {

    private final ReplicationSink<T> sink;
    private final Files files;
    private final boolean writesLedger;
    private final Supplier<Moment> now;
    private final AtomicLong calls = new AtomicLong();
    private final AtomicLong untilKill = new AtomicLong();

    /** @param writesLedger whether this is the ledger of the sink's target as well */
    ObservedSink(ReplicationSink<T> sink, Files files, boolean writesLedger, Supplier<Moment> now) {
        this.sink = sink;
        this.files = files;
        this.writesLedger = writesLedger;
        this.now = now;
    }

    /** Kills this process when an action has ended for that many times. */
    void killAfterActions(long count) {
        untilKill.set(count);
    }

    @Override
    public void apply(ReplicationEvent<T> event, Effects effects) throws Exception {
        ObservedEffects observed = new ObservedEffects(effects, this::actionEnded);
        sink.apply(event, observed);
        TaskEvent<T> change = event.change().orElseThrow();
        files.sink(event.queueName())
                .write(new SinkEntry.Applied(
                        now.get(),
                        event.position(),
                        event.kind(),
                        change.task().id(),
                        change.task().attempt(),
                        null,
                        observed.read()));
    }

    private void actionEnded(EffectKey key, AmbiguityPolicy policy, String result) {
        if (writesLedger) {
            files.target(key.queueName())
                    .write(new TargetEntry.EffectApplied(now.get(), calls.incrementAndGet(), key, policy, result));
        }
        if (untilKill.get() > 0 && untilKill.decrementAndGet() == 0) {
            HaltPoint.kill();
        }
    }

    /** The files of one process, a file for each queue. Thread-safe. */
    static final class Files {

        private final RunDirectory directory;
        private final String sinkName;
        private final String process;
        private final Map<String, HistoryWriter<SinkEntry>> sinks = new ConcurrentHashMap<>();
        private final Map<String, HistoryWriter<TargetEntry>> targets = new ConcurrentHashMap<>();

        Files(RunDirectory directory, String sinkName, String process) {
            this.directory = directory;
            this.sinkName = sinkName;
            this.process = process;
        }

        HistoryWriter<SinkEntry> sink(String queue) {
            return sinks.computeIfAbsent(queue, name -> directory.sink(name, sinkName, process));
        }

        HistoryWriter<TargetEntry> target(String queue) {
            return targets.computeIfAbsent(queue, name -> directory.target(name, process));
        }
    }
}
