package io.taskqueue.sink.local;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.NameRule;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.TaskError;
import io.taskqueue.logging.LogFields;
import io.taskqueue.metrics.SinkMeters;
import io.taskqueue.sink.EffectMode;
import io.taskqueue.sink.QueueFilter;
import io.taskqueue.sink.SinkFailedException;
import io.taskqueue.sink.effect.ApplyOutcome;
import io.taskqueue.sink.effect.AttemptSettings;
import io.taskqueue.sink.effect.RecordedEffects;
import io.taskqueue.sink.effect.RecordedEffects.Counts;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run of a local runner: the events of one iteration, applied one after the other.
 *
 * <pre>
 *   event --> SourceStarted: raise the queue's fence; of a kind that the sink does not act on: nothing
 *         --> classify --duplicate, fenced--> counted and dropped
 *                      --next--> attempt, with retries --applied--> advance the checkpoint, with retries --> counted
 * </pre>
 *
 * <p>Used by one thread.
 */
final class LocalSinkRun<T> {

    private static final Logger LOG = LoggerFactory.getLogger(LocalSinkRun.class);

    private final LocalSinkSettings<T> settings;
    private final SinkMeters meters;
    private final Map<String, LagGauges> gauges;
    private final RunCounters counters;
    private final Retries retries;
    private final Map<String, QueueCursor> cursors = new HashMap<>();

    /** @param gauges the gauges of each queue, which outlive a run */
    LocalSinkRun(LocalSinkSettings<T> settings, SinkMeters meters, Map<String, LagGauges> gauges) {
        this.settings = settings;
        this.meters = meters;
        this.gauges = gauges;
        this.counters = new RunCounters(meters);
        LocalSinkSettings.Environment environment = settings.environment();
        this.retries = new Retries(
                settings.name(),
                settings.effects().retry(),
                environment.pause(),
                environment.random().get());
    }

    /** See {@link LocalSinkRunner#run}. */
    RunReceipt apply(Iterable<ReplicationEvent<T>> events) throws InterruptedException {
        if (settings.buffer() == 0) {
            for (ReplicationEvent<T> event : applied(events)) {
                gauges(event).ifPresent(lag -> lag.read(event));
                applyAndCount(event);
            }
        } else {
            applyPrefetched(events);
        }
        RunReceipt receipt = counters.receipt();
        LOG.debug("Sink {} has run over {}.", settings.name(), receipt);
        return receipt;
    }

    private void applyPrefetched(Iterable<ReplicationEvent<T>> events) throws InterruptedException {
        try (EventPrefetcher<T> prefetcher =
                new EventPrefetcher<>(settings.name(), applied(events), settings.buffer(), event -> gauges(event)
                        .ifPresent(lag -> lag.read(event)))) {
            for (Optional<ReplicationEvent<T>> next = prefetcher.take(); next.isPresent(); next = prefetcher.take()) {
                applyAndCount(next.get());
            }
        }
    }

    private void applyAndCount(ReplicationEvent<T> event) throws InterruptedException {
        apply(event, cursor(event));
        gauges(event).ifPresent(lag -> lag.done(event));
    }

    private Iterable<ReplicationEvent<T>> applied(Iterable<ReplicationEvent<T>> events) {
        QueueFilter queues = settings.interests().queues();
        if (queues == QueueFilter.ALL) {
            return events;
        }
        return () -> StreamSupport.stream(events.spliterator(), false)
                .filter(event -> queues.accepts(event.queueName()))
                .iterator();
    }

    private void apply(ReplicationEvent<T> event, QueueCursor cursor) throws InterruptedException {
        if (event.kind() == EventKind.SOURCE_STARTED) {
            cursor.sourceStarted(event.position().epoch());
        }
        if (!settings.interests().accepts(event.kind())) {
            return;
        }
        String peer = peer(event, cursor);
        if (!settings.peers().accepts(peer)) {
            return;
        }
        switch (cursor.classify(peer, event.position())) {
            case DUPLICATE -> counters.duplicate(event);
            case FENCED -> counters.fenced(event);
            case NEXT -> {
                Counts last = retries.call(event, () -> attempt(event));
                retries.call(event, () -> {
                    cursor.advance(peer, event.position());
                    return peer;
                });
                counters.applied(event, last);
                gauges(event).ifPresent(lag -> lag.applied(event));
            }
        }
    }

    private Counts attempt(ReplicationEvent<T> event) throws Retries.TransientFailure, InterruptedException {
        LocalSinkSettings.EffectSettings how = settings.effects();
        LogFields fields = LogFields.ofSink(settings.name()).event(event);
        AttemptSettings.Visibility visibility = new AttemptSettings.Visibility(
                settings.environment().spans(), how.mode() == EffectMode.RECORDED_ONLY, fields);
        RecordedEffects effects = new RecordedEffects(
                new AttemptSettings(settings.name(), 0, how.mode(), how.rules(), visibility),
                event,
                settings.stores().effects());
        ApplyOutcome outcome = fields.get(() -> ApplyOutcome.of(settings.sink(), event, effects));
        counters.attempted(effects.counts());
        if (outcome instanceof ApplyOutcome.Applied applied) {
            if (applied.counts().failed() > 0) {
                LOG.warn(
                        "Sink {}: {} counts as applied, but one of its effects failed permanently.",
                        settings.name(),
                        event);
            }
            return applied.counts();
        }
        if (outcome instanceof ApplyOutcome.Stopped stopped) {
            throw SinkFailedException.misused(settings.name(), event, stopped.cause());
        }
        if (outcome instanceof ApplyOutcome.Parked parked) {
            throw SinkFailedException.parked(settings.name(), event, parked.cause());
        }
        if (outcome instanceof ApplyOutcome.Transient failure) {
            throw new Retries.TransientFailure(failure.cause());
        }
        Thread.interrupted(); // replaced by the exception
        throw new InterruptedException(
                "Sink " + settings.name() + " was interrupted at " + event + ". The checkpoint stays before it.");
    }

    private QueueCursor cursor(ReplicationEvent<T> event) throws InterruptedException {
        QueueCursor known = cursors.get(event.queueName());
        if (known != null) {
            return known;
        }
        QueueCursor loaded = retries.call(
                event, () -> new QueueCursor(settings.stores().checkpoints(), settings.name(), event.queueName()));
        cursors.put(event.queueName(), loaded);
        return loaded;
    }

    private String peer(ReplicationEvent<T> event, QueueCursor cursor) {
        String peer = callPeerKey(event);
        if (peer == null) {
            throw new IllegalStateException("The peerKey function of sink " + settings.name() + " returned null for "
                    + event + ". Return a name for every event, such as LocalSinkRunner.DEFAULT_PEER.");
        }
        try {
            NameRule.require("peer name", "dispatcher-a", peer);
        } catch (IllegalArgumentException invalid) {
            throw new IllegalArgumentException(
                    "The peerKey function of sink " + settings.name() + " returned an invalid name for " + event + ". "
                            + invalid.getMessage(),
                    invalid);
        }
        if (!cursor.admits(peer)) {
            throw new IllegalStateException(
                    "The peerKey function of sink " + settings.name() + " returned '" + peer + "' for "
                            + event + ", but queue " + event.queueName() + " has positions of " + QueueCursor.MAX_PEERS
                            + " other peers already, the limit. Return the names of few peers, such as those of services.");
        }
        return peer;
    }

    private String callPeerKey(ReplicationEvent<T> event) {
        try {
            return settings.peers().key().apply(event);
        } catch (Throwable thrown) { // the user's code may throw anything
            TaskError error = TaskError.of(thrown);
            throw new IllegalStateException(
                    "The peerKey function of sink " + settings.name() + " failed on " + event + " with " + error.code()
                            + ": " + error.message()
                            + ". Its name decides whether the event was applied, so the run ends "
                            + "before the event. Fix the function and run the sink again.",
                    thrown);
        }
    }

    /** None in a replay, whose lag has no meaning. */
    private Optional<LagGauges> gauges(ReplicationEvent<T> event) {
        return settings.effects().mode() == EffectMode.RECORDED_ONLY
                ? Optional.empty()
                : Optional.of(gauges.computeIfAbsent(
                        event.queueName(),
                        queue -> new LagGauges(settings.environment().clock(), meters, queue)));
    }
}
