package io.taskqueue.streams.parking;

import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskId;
import io.taskqueue.serde.ReplicationEventCodec;
import io.taskqueue.serde.UndecodableEventException;
import io.taskqueue.sink.AmbiguousEffectException;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.OnExhausted;
import io.taskqueue.sink.SinkStoppedException;
import io.taskqueue.sink.store.EffectResult;
import io.taskqueue.sink.store.ResultTooLargeException;
import io.taskqueue.streams.checkpoint.EventLocation;
import io.taskqueue.streams.parking.ParkedState.EffectState;
import io.taskqueue.streams.results.RecordedResults;
import io.taskqueue.streams.results.ResultsStore;
import io.taskqueue.streams.settings.SinkSettings;
import io.taskqueue.streams.status.SinkProgress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * Parks one partition's events that cannot be applied, and releases them when an operator decides. This is where an event is
 * parked. For the stream thread only.
 *
 * <p>While an event of a task is parked, the events behind it are too, so that they are applied in order. A redriven event moves from
 * the store to what is in flight in one transaction, in which the next one is marked as released: a crash loses none.
 */
public final class Parking<T> {

    /** The number of events of one task that are released before it is another task's turn. */
    private static final int PER_TURN = 16;

    /** The number of effects that a parked event names; an event with more still has all of them in its results. */
    private static final int MAX_EFFECTS = 32;

    private static final int MAX_EFFECT_NAME = 256;

    /** An event that is released, to be delivered again. */
    public record Released<T>(ParkedEntry entry, ReplicationEvent<T> event) {}

    private final SinkSettings<T> settings;
    private final SinkProgress progress;
    private final ParkedStore store;
    private final ResultsStore results;
    private final ParkedIndex index;
    private final ParkedLog log;
    private final ReplicationEventCodec<T> codec;
    private final int partition;

    public Parking(
            SinkSettings<T> settings, SinkProgress progress, ParkedStore store, ResultsStore results, int partition) {
        this.settings = settings;
        this.progress = progress;
        this.store = store;
        this.results = results;
        this.index = ParkedIndex.of(store);
        this.log = new ParkedLog(settings.name(), settings.commandOptions(), partition);
        this.codec = new ReplicationEventCodec<>(settings.application().codec());
        this.partition = partition;
        index.forEachQueue(this::show);
        log.loaded(index.events());
    }

    /** Whether an event that is given up for a reason is parked; otherwise the sink stops. */
    public boolean parks(GiveUp.Reason reason) {
        return switch (reason) {
            case EXHAUSTED -> settings.policies().onExhausted() == OnExhausted.PARK;
            case UNDECIDED -> true;
            case MISUSED -> false;
        };
    }

    /** Whether an event must not be delivered before a parked event of its task. What runs no effects may overtake. */
    public boolean mustWait(ParkableEvent event) {
        ParkedIndex.Head head =
                index.isEmpty() ? null : index.head(event.event().taskId());
        return head != null
                && event.delivery().runsEffects()
                && head.key().offset() < event.location().offset();
    }

    /** Whether an event that is read again is parked or discarded, so that it is skipped. */
    public boolean skips(TaskId task, EventLocation location) {
        if (index.isEmpty() || !index.mayHold(location.offset()) || store.find(new ParkedKey(task, location)) == null) {
            return false;
        }
        progress.parked(0);
        return true;
    }

    /** Parks an event that was given up; no worker runs an event of its task. */
    public void parkFailed(ParkableEvent event, GiveUp giveUp) {
        unmarkFirst(event.event().taskId());
        ParkedState.Failed state = failed(event, giveUp);
        park(event, state);
        log.parked(event, giveUp, state);
    }

    /** Parks an event because an event of its task before it is parked. */
    public void parkBehind(ParkableEvent event) {
        park(event, new ParkedState.Behind());
    }

    /** The failure of a sink that has too many parked events; empty while more may be parked. */
    public Optional<SinkStoppedException> tooMany() {
        int events = index.events();
        if (events <= settings.limits().maxParked()) {
            return Optional.empty();
        }
        return Optional.of(new SinkStoppedException(
                "Sink " + settings.name() + " stopped: " + events + " events are parked on partition " + partition
                        + ", and the limit is " + settings.limits().maxParked()
                        + ". All of them are kept. Find the cause with `taskqueue parked list "
                        + settings.commandOptions()
                        + "`, fix it, start the sink with a higher --max-parked (in code, maxParked), and redrive or "
                        + "discard them.",
                null));
    }

    /** Executes an operator's decision, if the task is still parked as the command states. */
    public void execute(ParkedCommand command) {
        if (!isAsStated(command)) {
            log.changedSince(command);
            return;
        }
        switch (command.action()) {
            case REDRIVE -> {
                log.redriven(command);
                store.find(command.task(), null, 1).forEach(first -> release(command.task(), first));
            }
            case DISCARD -> log.discarded(command, discard(command));
        }
    }

    /** Whether released events wait for capacity. */
    public boolean anyReleased() {
        return index.anyReleased();
    }

    /** Removes released events from the store, each task's in order, the tasks in turn, and returns them for delivery. */
    public List<Released<T>> takeReleased(int limit) {
        List<Released<T>> taken = new ArrayList<>();
        while (index.anyReleased() && taken.size() < limit) {
            for (TaskId task : index.turns()) {
                int turn = Math.min(PER_TURN, limit - taken.size());
                if (turn > 0) {
                    takeReleased(task, turn, taken);
                    index.hadTurn(task);
                }
            }
        }
        return taken;
    }

    /** Whether the results of an event at an offset are still needed. */
    public boolean needsResultsOf(long offset) {
        return index.holds(offset);
    }

    /** Whether an event of a queue is parked. */
    public boolean anyOf(String queue) {
        return index.count(queue).events() > 0;
    }

    public boolean anyDiscardedBefore(long offset) {
        return index.anyDiscarded(offset);
    }

    /** Deletes a few discarded events that the log does not hold any more. */
    public void deleteDiscardedBefore(long offset, int limit) {
        index.takeDiscarded(offset, limit).forEach(store::delete);
    }

    /** The topic was recreated: what was discarded cannot be read again. Parked events stay. */
    public void startOver(Uuid topicId) {
        for (ParkedKey key : index.takeDiscardedExcept(topicId)) {
            ParkedEntry entry = store.find(key);
            if (entry != null) {
                results.delete(entry.queue(), entry.position());
            }
            store.delete(key);
        }
    }

    /** The partition is assigned to another instance now. */
    public void partitionReleased() {
        index.forEachQueue((queue, count) -> show(queue, ParkedIndex.Count.NONE));
    }

    private void park(ParkableEvent parked, ParkedState state) {
        ReplicationEvent<?> event = parked.event();
        ParkedEntry entry = new ParkedEntry(
                new ParkedKey(event.taskId(), parked.location()),
                parked.delivery().afterParking(),
                settings.instruments().clock().instant(),
                false,
                event.queueName(),
                event.position(),
                state,
                Bytes.wrap(parked.value()));
        store.put(entry);
        show(index.add(entry));
        progress.parked(parked.ambiguous());
    }

    private ParkedState.Failed failed(ParkableEvent parked, GiveUp giveUp) {
        RecordedResults recorded =
                results.find(parked.event().queueName(), parked.event().position());
        int generation = parked.delivery().generation();
        Map<String, EffectState> effects = new TreeMap<>();
        if (giveUp.cause() instanceof AmbiguousEffectException ambiguous) {
            effects.put(ambiguous.effectKey().effect(), EffectState.UNDECIDED);
        } else if (giveUp.cause() instanceof ResultTooLargeException lost) {
            effects.put(lost.effectKey().effect(), EffectState.UNRECORDED);
        }
        // what needs a decision comes first, because the number is limited
        recorded.undecided().forEach(key -> put(effects, key, generation, EffectState.UNDECIDED));
        recorded.tooLarge().keySet().forEach(key -> put(effects, key, generation, EffectState.UNRECORDED));
        recorded.intents().forEach(key -> put(effects, key, generation, EffectState.BEGUN));
        recorded.results()
                .forEach((key, result) -> put(
                        effects,
                        key,
                        generation,
                        result instanceof EffectResult.Done ? EffectState.DONE : EffectState.FAILED));
        return new ParkedState.Failed(giveUp.attempts(), TaskError.of(giveUp.cause()), effects);
    }

    private static void put(Map<String, EffectState> effects, EffectKey key, int generation, EffectState state) {
        if (key.generation() == generation
                && effects.size() < MAX_EFFECTS
                && key.effect().length() <= MAX_EFFECT_NAME) {
            effects.putIfAbsent(key.effect(), state);
        }
    }

    /** The task's first event failed again: its events that are still parked wait behind it. */
    private void unmarkFirst(TaskId task) {
        ParkedIndex.Head first = index.head(task);
        ParkedEntry entry = first == null ? null : store.find(first.key());
        if (entry != null && entry.released()) {
            store.put(entry.withReleased(false));
        }
        index.waitAgain(task);
    }

    private boolean isAsStated(ParkedCommand command) {
        ParkedIndex.Head head = index.head(command.task());
        return head != null
                && !index.released(command.task())
                && head.key().offset() == command.offset()
                && head.round() == command.round();
    }

    private void release(TaskId task, ParkedEntry first) {
        store.put(first.withReleased(true));
        index.release(task);
    }

    /** Discards the first event of a task and releases the others, or discards all; returns how many. */
    private int discard(ParkedCommand command) {
        int discarded = 0;
        List<ParkedEntry> next = store.find(command.task(), null, 2);
        while (!next.isEmpty()) {
            if (discarded > 0 && !command.following()) {
                release(command.task(), next.get(0));
                break;
            }
            discard(next, command);
            discarded++;
            next = store.find(command.task(), next.get(0).key(), 2);
        }
        return discarded;
    }

    /** @param next the event, and the one behind it if there is one */
    private void discard(List<ParkedEntry> next, ParkedCommand command) {
        ParkedEntry entry = next.get(0);
        Optional<ParkedState.Failed> failure =
                entry.state() instanceof ParkedState.Failed failed ? Optional.of(failed) : Optional.empty();
        store.put(entry.with(new ParkedState.Discarded(
                command.by(), command.reason(), settings.instruments().clock().instant(), failure)));
        show(index.remove(entry.key(), next.size() > 1 ? next.get(1) : null));
        index.addDiscarded(entry.key());
    }

    private void takeReleased(TaskId task, int limit, List<Released<T>> taken) {
        List<ParkedEntry> next = store.find(task, index.delivered(task), limit + 1);
        if (next.isEmpty()) {
            index.waitAgain(task);
        }
        for (int i = 0; i < Math.min(limit, next.size()); i++) {
            ParkedEntry entry = next.get(i);
            @Nullable ReplicationEvent<T> event = decoded(entry);
            if (event == null) {
                store.put(entry.withReleased(false));
                index.waitAgain(task);
                return;
            }
            withdrawUndecided(entry);
            store.delete(entry.key());
            show(index.remove(entry.key(), i + 1 < next.size() ? next.get(i + 1) : null));
            taken.add(new Released<>(entry, event));
        }
        if (next.size() > limit) {
            store.put(next.get(limit).withReleased(true));
        }
    }

    private @Nullable ReplicationEvent<T> decoded(ParkedEntry entry) {
        try {
            return codec.decode(entry.value().get());
        } catch (UndecodableEventException e) {
            log.undecodable(entry, e);
            return null;
        }
    }

    /** An operator has decided by the redrive that undecided effects run, also those that the entry has no room to name. */
    private void withdrawUndecided(ParkedEntry entry) {
        if (!(entry.state() instanceof ParkedState.Failed failed)) {
            return;
        }
        int generation = entry.delivery().generation();
        Set<EffectKey> undecided =
                new HashSet<>(results.find(entry.queue(), entry.position()).undecided());
        undecided.removeIf(key -> key.generation() != generation);
        failed.effects().forEach((effect, state) -> {
            if (state == EffectState.UNDECIDED) {
                undecided.add(new EffectKey(settings.name(), generation, entry.queue(), entry.position(), effect));
            }
        });
        undecided.forEach(results::withdraw);
    }

    private void show(String queue) {
        show(queue, index.count(queue));
    }

    private void show(String queue, ParkedIndex.Count count) {
        progress.queue(queue).parked(count.tasks(), count.events());
    }
}
