package io.taskqueue.streams.partition;

import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.serde.ReplicationEventCodec;
import io.taskqueue.serde.UndecodableEventException;
import io.taskqueue.sink.SinkStoppedException;
import io.taskqueue.streams.checkpoint.EventLocation;
import io.taskqueue.streams.checkpoint.PeerPositions;
import io.taskqueue.streams.execution.KeyedExecutor;
import io.taskqueue.streams.parking.ParkedEntry;
import io.taskqueue.streams.parking.Parking;
import io.taskqueue.streams.replay.DeliveryContext;
import io.taskqueue.streams.results.FailureLog;
import io.taskqueue.streams.results.RecordedResults;
import io.taskqueue.streams.settings.SinkSettings;
import io.taskqueue.streams.state.RecordLimit;
import io.taskqueue.streams.status.AppliedEvent;
import io.taskqueue.streams.status.Observers;
import io.taskqueue.streams.status.SinkProgress;
import java.time.Clock;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Dispatches one partition's events to the workers, and records their outcomes: an event is in flight between the two. For the stream
 * thread only.
 *
 * <pre>
 *   dispatch, redrive, restore ---&gt; in flight ---&gt; workers ---&gt; outcomes ---&gt; recordOutcomes: applied, parked, or the sink fails
 *               |
 *               +-- behind a parked event: parked; parked itself, or in flight already: skipped
 * </pre>
 */
final class EventDispatcher<T> implements Outcome.Recorder {

    private static final Logger LOG = LoggerFactory.getLogger(EventDispatcher.class);

    private final SinkSettings<T> settings;
    private final SinkProgress progress;
    private final PartitionState<T> state;
    private final Intents intents;
    private final OutcomeQueue outcomes;
    private final KeyedExecutor<InFlightEvent<T>> executor;
    private final int partition;
    private final Supplier<RecordLimit> limit;
    private final Consumer<SinkStoppedException> onFailure;
    private final Clock clock;
    private final FailureLog failures;

    /** @param onFailure called with the failure of the sink where an event must not be parked */
    EventDispatcher(
            PartitionWork.Scope<T> scope,
            PartitionState<T> state,
            Intents intents,
            OutcomeQueue outcomes,
            KeyedExecutor<InFlightEvent<T>> executor,
            Consumer<SinkStoppedException> onFailure) {
        this.settings = scope.settings();
        this.progress = scope.progress();
        this.partition = scope.partition();
        this.limit = scope.limit();
        this.state = state;
        this.intents = intents;
        this.outcomes = outcomes;
        this.executor = executor;
        this.onFailure = onFailure;
        this.clock = settings.instruments().clock();
        this.failures = new FailureLog(settings.instruments().ticker());
    }

    /** Resumes what was in flight at the last commit. */
    void restore(ReplicationEventCodec<T> codec) {
        for (InFlightStore.Stored stored : state.inFlight().stored()) {
            ReplicationEvent<T> event = decoded(codec, stored);
            byte[] value = stored.value().get();
            InFlightEvent<T> restored =
                    inFlightEvent(stored.location(), event, value, stored.delivery(), recordedResults(event));
            restored.recordedBefore = state.history().recordedBefore(restored.offset());
            state.inFlight().restore(restored);
            begin(restored);
        }
    }

    /** Dispatches an event that was read, unless it is in flight or parked. */
    void dispatch(ReplicationEvent<T> event, byte[] value, long offset, PartitionHistory.Arrived arrived) {
        EventLocation location = state.at(offset);
        if (state.inFlight().find(location) != null) {
            return;
        }
        if (state.parking().skips(event.taskId(), location)) {
            state.history().skipped(offset);
            return;
        }
        RecordedResults known = arrived.mayBeRecorded() ? recordedResults(event) : RecordedResults.NONE;
        DeliveryContext delivery = arrived.delivery(event, known);
        if (arrived.keepsResults(delivery)) {
            known = state.results().keep(known, delivery.generation(), offset, clock.instant());
        }
        InFlightEvent<T> dispatched = inFlightEvent(location, event, value, delivery, known);
        if (state.parking().mustWait(dispatched)) {
            state.history().began(dispatched);
            state.parking().parkBehind(dispatched);
            state.history().parked(dispatched);
            state.parking().tooMany().ifPresent(onFailure);
        } else {
            state.inFlight().add(dispatched);
            begin(dispatched);
        }
    }

    /** Dispatches events that an operator released, as far as there is capacity; returns whether there were any. */
    boolean redrive(int capacity) {
        if (!state.parking().anyReleased() || capacity <= 0) {
            return false;
        }
        for (Parking.Released<T> released : state.parking().takeReleased(capacity)) {
            ParkedEntry entry = released.entry();
            ReplicationEvent<T> event = released.event();
            byte[] value = entry.value().get();
            InFlightEvent<T> redriven =
                    inFlightEvent(entry.key().location(), event, value, entry.delivery(), recordedResults(event));
            state.inFlight().add(redriven);
            begin(redriven);
        }
        return true;
    }

    private void begin(InFlightEvent<T> event) {
        state.history().began(event);
        executor.submit(event);
    }

    private RecordedResults recordedResults(ReplicationEvent<T> event) {
        return state.results().find(event.queueName(), event.position());
    }

    private InFlightEvent<T> inFlightEvent(
            EventLocation location,
            ReplicationEvent<T> event,
            byte[] value,
            DeliveryContext delivery,
            RecordedResults known) {
        EventResults eventResults = new EventResults(known, location.offset(), outcomes::add, intents, limit.get());
        return new InFlightEvent<>(location, event, value, delivery, eventResults, peerOf(event));
    }

    private String peerOf(ReplicationEvent<T> event) {
        boolean interrupted = Thread.currentThread().isInterrupted();
        try {
            String peer = settings.application().peerKey().apply(event);
            return peer == null ? PeerPositions.DEFAULT : peer;
        } catch (Throwable e) { // the positions of peers are for information, so nothing of it stops the sink
            progress.peerKeyFailed(event, e);
            return PeerPositions.DEFAULT;
        } finally {
            if (!interrupted) {
                boolean unused =
                        Thread.interrupted(); // by the function, which must not end the stream thread's next poll
            }
        }
    }

    /** Records all outcomes that workers have passed on. */
    void recordOutcomes() {
        for (Outcome outcome : outcomes.takeAll()) {
            outcome.recordBy(this);
        }
    }

    @Override
    public void recorded(Outcome.Recorded recorded) {
        state.results().record(recorded.key(), recorded.offset(), clock.instant(), recorded.result());
        failures.recorded(recorded.key(), recorded.result());
        progress.recorded(recorded.result());
        state.history()
                .recorded(
                        recorded.offset(),
                        recorded.result(),
                        Optional.ofNullable(state.inFlight().find(state.at(recorded.offset()))));
    }

    @Override
    public void intended(Outcome.Intended intended) {
        intents.write(intended.intent(), state.results(), clock.instant());
    }

    @Override
    public void withdrawn(Outcome.Withdrawn withdrawn) {
        state.results().withdraw(withdrawn.key());
    }

    @Override
    public void tooLarge(Outcome.TooLarge tooLarge) {
        state.results().recordTooLarge(tooLarge.key(), tooLarge.offset(), clock.instant(), tooLarge.bytes());
    }

    @Override
    public void applied(Outcome.Applied applied) {
        InFlightEvent<?> event = applied.event();
        state.inFlight().finish(event);
        state.history().applied(applied);
        report(applied);
        if (!event.location().topicId().equals(state.history().log().topicId())) {
            // it cannot be read again
            state.results().delete(event.event().queueName(), event.event().position());
        }
    }

    private void report(Outcome.Applied applied) {
        InFlightEvent<?> event = applied.event();
        boolean replayed = event.delivery().replayed();
        progress.applied(
                event.event(),
                replayed,
                new SinkProgress.AppliedEffects(applied.reused(), applied.missing(), event.ambiguous()));
        if (applied.missing() > 0) {
            // the receipt warns of all of them together
            LOG.info(
                    "Sink {}: {} effects of {} at offset {} have no recorded result and do not run in this replay",
                    settings.name(),
                    applied.missing(),
                    event.event(),
                    event.offset());
        }
        Observers observers = progress.observers();
        if (observers.any()) {
            observers.offer(new AppliedEvent<>(event.event(), partition, event.offset(), replayed, clock.instant()));
        }
    }

    @Override
    public void gaveUp(Outcome.GaveUp gaveUp) {
        if (!state.parking().parks(gaveUp.giveUp().reason())) {
            onFailure.accept(stopped(gaveUp));
            return;
        }
        for (InFlightEvent<T> event : executor.take(gaveUp.event().task())) {
            if (event == gaveUp.event()) {
                state.parking().parkFailed(event, gaveUp.giveUp());
                finishParked(event);
            } else if (state.parking().mustWait(event)) {
                state.parking().parkBehind(event);
                finishParked(event);
            } else {
                executor.execute(event);
            }
        }
        state.parking().tooMany().ifPresent(onFailure);
    }

    private void finishParked(InFlightEvent<?> event) {
        state.inFlight().finish(event);
        state.history().parked(event);
    }

    private SinkStoppedException stopped(Outcome.GaveUp gaveUp) {
        Throwable cause = gaveUp.giveUp().cause();
        return new SinkStoppedException(
                "Sink " + settings.name() + " stopped at " + gaveUp.event().event() + " at offset "
                        + gaveUp.event().offset() + " of partition " + partition
                        + ": it could not be applied in " + gaveUp.giveUp().attemptsText()
                        + ", the last of which ended with " + sentence(cause.toString())
                        + " It is applied again at the next start; effects that have a recorded result do not run again. "
                        + "Fix the cause, or allow more attempts, and start the sink again.",
                cause);
    }

    private ReplicationEvent<T> decoded(ReplicationEventCodec<T> codec, InFlightStore.Stored stored) {
        try {
            return codec.decode(stored.value().get());
        } catch (UndecodableEventException e) {
            throw new SinkStoppedException(
                    "Sink " + settings.name() + " cannot decode the event at offset "
                            + stored.location().offset() + " of partition " + partition
                            + ", which it could decode before: " + sentence(String.valueOf(e.getMessage()))
                            + " Start it with the codec that it had before.",
                    e);
        }
    }

    private static String sentence(String text) {
        return text.endsWith(".") ? text : text + ".";
    }
}
