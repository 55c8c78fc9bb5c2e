package io.taskqueue.streams;

import io.taskqueue.event.TaskId;
import io.taskqueue.serde.ReplicationEventCodec;
import io.taskqueue.serde.UndecodableEventException;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.EffectMode;
import io.taskqueue.sink.OnExhausted;
import io.taskqueue.sink.SinkStoppedException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * Sets one partition's events aside that cannot be applied, and lets them go on when a person says so. Only the stream thread
 * touches it.
 *
 * <p>While an event of a task is parked, those behind it are too, so that they are applied in order. A redriven event leaves the
 * store for what is in flight, in the same transaction, and the next one is then marked as released: a crash keeps all.
 */
final class Parking<T> {

    /** How many events of one task go before it is another's turn. */
    private static final int PER_TURN = 16;

    private final SinkSettings<T> settings;
    private final SinkProgress progress;
    private final ParkedStore store;
    private final ResultsStore results;
    private final LiveEvents<T> events;
    private final ParkedTasks tasks;
    private final ParkedReports reports;
    private final ReplicationEventCodec<T> codec;

    Parking(SinkParts<T> parts, ParkedStore store, ResultsStore results, LiveEvents<T> events, int partition) {
        this.settings = parts.settings();
        this.progress = parts.watched().progress();
        this.store = store;
        this.results = results;
        this.events = events;
        this.tasks = ParkedTasks.of(store);
        this.reports = new ParkedReports(settings, partition);
        this.codec = new ReplicationEventCodec<>(settings.codec);
        tasks.showAll(this::show);
        reports.loaded(tasks);
    }

    /** Whether an event that was given up is parked; otherwise the sink stops. */
    boolean parks(Handed.Why why) {
        return switch (why) {
            case USED_UP -> settings.onExhausted == OnExhausted.PARK;
            case UNDECIDED -> true;
            case MISUSED -> false;
        };
    }

    /** Whether an event must not go before one of its task that is parked. What runs nothing overtakes nobody. */
    boolean mustWait(LiveEvent<?> live) {
        ParkedTasks.Head head = tasks.isEmpty() ? null : tasks.head(live.event.taskId());
        return head != null && live.pass.mode() == EffectMode.RUN && head.key().offset() < live.offset;
    }

    /** Whether an event that is seen again is parked or discarded, so that it is passed over. */
    boolean passesOver(TaskId task, Uuid topicId, long offset) {
        if (tasks.isEmpty() || !tasks.mayHold(offset) || store.find(new ParkedKey(task, offset, topicId)) == null) {
            return false;
        }
        progress.setAside(0);
        return true;
    }

    /** Parks an event that was given up; its worker has left its lane. */
    void failed(Handed.GaveUp gaveUp) {
        LiveEvent<?> live = gaveUp.live();
        unmark(live.event.taskId());
        ParkedState.Failed state = GivenUp.state(gaveUp, results.of(live.event.queueName(), live.event.position()));
        park(live, state);
        reports.parked(gaveUp, state);
    }

    /** Parks an event because one of its task before it is. */
    void behind(LiveEvent<?> live) {
        park(live, new ParkedState.Behind());
    }

    /** Why no more may be parked, or null. */
    @Nullable
    SinkStoppedException full(int partition) {
        return tasks.events() > settings.maxParked ? Failures.tooManyParked(settings, partition, tasks.events()) : null;
    }

    /** Lets all events of a task go, in order. */
    void redrive(ParkedCommand command) {
        if (isAsSeen(command)) {
            reports.redriven(command);
            store.of(command.task(), null, 1).forEach(first -> letGo(command.task(), first));
        }
    }

    /** Gives up the first event of a task, and lets the others go; or gives up all. */
    void discard(ParkedCommand command, Instant now) {
        if (!isAsSeen(command)) {
            return;
        }
        int discarded = 0;
        List<ParkedEntry> next = store.of(command.task(), null, 2);
        while (!next.isEmpty()) {
            if (discarded > 0 && !command.following()) {
                letGo(command.task(), next.get(0));
                break;
            }
            discard(next, command, now);
            discarded++;
            next = store.of(command.task(), next.get(0).key(), 2);
        }
        reports.discarded(command, discarded);
    }

    /** Whether released events wait for room. */
    boolean anyReleased() {
        return tasks.anyReleased();
    }

    /** Takes out released events, each task's in order, the tasks taking turns. */
    List<LiveEvent<T>> release(int room) {
        List<LiveEvent<T>> out = new ArrayList<>();
        while (tasks.anyReleased() && out.size() < room) {
            for (TaskId task : tasks.turns()) {
                int turn = Math.min(PER_TURN, room - out.size());
                if (turn > 0) {
                    release(task, turn, out);
                    tasks.hadItsTurn(task);
                }
            }
        }
        return out;
    }

    /** Whether the results of an event at an offset are still needed. */
    boolean needs(long offset) {
        return tasks.holds(offset);
    }

    boolean anyDiscarded(long before) {
        return tasks.anyDiscarded(before);
    }

    /** Forgets a few discarded events that the log does not hold any more. */
    void forgetDiscarded(long before, int limit) {
        tasks.takeDiscarded(before, limit).forEach(store::delete);
    }

    /** The topic was made anew: what was discarded cannot be seen again. Parked events stay. */
    void startOver(Uuid topicId) {
        for (ParkedKey key : tasks.takeDiscardedOfOthers(topicId)) {
            ParkedEntry entry = store.find(key);
            if (entry != null) {
                results.forget(entry.queue(), entry.position());
            }
            store.delete(key);
        }
    }

    /** The partition is another instance's now. */
    void leave() {
        tasks.showAll((queue, count) -> show(queue, ParkedTasks.Count.NONE));
    }

    private void park(LiveEvent<?> live, ParkedState state) {
        ParkedEntry entry = new ParkedEntry(
                new ParkedKey(live.event.taskId(), live.offset, InFlightStore.topicId(live.key)),
                live.pass.parked(),
                settings.clock.instant(),
                false,
                live.event.queueName(),
                live.event.position(),
                state,
                Bytes.wrap(live.value));
        store.put(entry);
        show(tasks.add(entry));
        progress.setAside(live.ambiguous);
    }

    /** The task's first event failed again: those that were still parked wait behind it. */
    private void unmark(TaskId task) {
        ParkedTasks.Head first = tasks.head(task);
        ParkedEntry entry = first == null ? null : store.find(first.key());
        if (entry != null && entry.released()) {
            store.put(entry.withReleased(false));
        }
        tasks.hold(task);
    }

    private boolean isAsSeen(ParkedCommand command) {
        ParkedTasks.Head head = tasks.head(command.task());
        boolean same = head != null
                && !tasks.released(command.task())
                && head.key().offset() == command.offset()
                && head.round() == command.round();
        if (!same) {
            reports.changedSince(command);
        }
        return same;
    }

    private void letGo(TaskId task, ParkedEntry first) {
        store.put(first.withReleased(true));
        tasks.release(task);
    }

    /** @param next the event, and the one behind it if there is one */
    private void discard(List<ParkedEntry> next, ParkedCommand command, Instant now) {
        ParkedEntry entry = next.get(0);
        store.put(entry.with(GivenUp.discarded(entry.state(), command, now)));
        show(tasks.remove(entry.key(), next.size() > 1 ? next.get(1) : null));
        tasks.addDiscarded(entry.key());
    }

    private void release(TaskId task, int most, List<LiveEvent<T>> out) {
        List<ParkedEntry> next = store.of(task, tasks.dispatched(task), most + 1);
        if (next.isEmpty()) {
            tasks.hold(task);
        }
        for (int i = 0; i < Math.min(most, next.size()); i++) {
            ParkedEntry entry = next.get(i);
            LiveEvent<T> live;
            try {
                live = live(entry);
            } catch (UndecodableEventException e) {
                reports.undecodable(entry, e);
                store.put(entry.withReleased(false));
                tasks.hold(task);
                return;
            }
            store.delete(entry.key());
            show(tasks.remove(entry.key(), i + 1 < next.size() ? next.get(i + 1) : null));
            out.add(live);
        }
        if (next.size() > most) {
            store.put(next.get(most).withReleased(true));
        }
    }

    private LiveEvent<T> live(ParkedEntry entry) {
        var event = codec.decode(entry.value().get());
        if (entry.state() instanceof ParkedState.Failed failed) {
            failed.effects().forEach((effect, state) -> {
                if (state == ParkedState.EffectState.UNDECIDED) {
                    // a person has decided: it runs
                    results.withdraw(new EffectKey(
                            settings.name, entry.pass().generation(), entry.queue(), entry.position(), effect));
                }
            });
        }
        ParkedKey key = entry.key();
        return events.of(
                new InFlightStore.Stored(
                        InFlightStore.key(key.topicId(), key.offset()), key.offset(), entry.pass(), entry.value()),
                event,
                events.recorded(event));
    }

    private void show(String queue) {
        show(queue, tasks.count(queue));
    }

    private void show(String queue, ParkedTasks.Count count) {
        progress.queue(queue).parked(count);
    }
}
