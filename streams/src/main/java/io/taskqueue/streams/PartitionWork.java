package io.taskqueue.streams;

import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.serde.ReplicationEventCodec;
import io.taskqueue.serde.UndecodableEventException;
import io.taskqueue.sink.SinkStoppedException;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.IntFunction;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Bytes;

/**
 * One partition's events between being seen and being applied: handed to the workers, their outcomes written down. Only the
 * stream thread calls it.
 */
final class PartitionWork<T> {

    private final Handed.Receiver outcomes = new Outcomes();
    private final Handover<Handed> handover = new Handover<>();
    private final InFlight<T> inFlight = new InFlight<>();
    private final Intents intents = new Intents();
    private final SinkParts<T> parts;
    private final History history;
    private final ResultsStore results;
    private final InFlightStore stored;
    private final Lanes<T> lanes;
    private final LiveEvents<T> events;
    private final Reports reports;
    private final Parking<T> parking;
    private final Rest<T> rest;
    private final int partition;
    private boolean halted;
    private boolean commitWanted;

    PartitionWork(
            SinkParts<T> parts,
            History history,
            ResultsStore results,
            InFlightStore stored,
            ParkedStore parked,
            int partition) {
        this.parts = parts;
        this.history = history;
        this.results = results;
        this.stored = stored;
        this.partition = partition;
        this.events = new LiveEvents<>(parts.settings(), results, handover, intents);
        this.reports = new Reports(parts.settings(), parts.watched(), partition);
        this.parking = new Parking<>(parts, parked, results, events, partition);
        this.lanes = new Lanes<>(
                parts.workers(),
                new Worker<>(parts.settings(), parts.workers().breaker(), handover, new Random()),
                parts.settings().clock);
        this.rest = new Rest<>(parts, lanes, handover, intents, inFlight, parking);
        rest.stopWhere(parking.full(partition));
    }

    /** Takes up what was in flight at the last commit, by offset. */
    void resumeStored(ReplicationEventCodec<T> codec) {
        for (InFlightStore.Stored entry : stored.all()) {
            ReplicationEvent<T> event = decoded(codec, entry);
            LiveEvent<T> live = events.of(entry, event, events.recorded(event));
            live.ranBefore = history.replays().ranBefore(live.offset);
            inFlight.restore(live);
            history.began(live);
            begin(live);
        }
    }

    /**
     * Hands an event to the workers, unless it is there already.
     *
     * @param pass how it goes through the sink, given the newest generation of what is recorded of it; empty where it goes
     *     for the first time and nothing can be recorded
     */
    void dispatch(
            Uuid topicId, long offset, ReplicationEvent<T> event, byte[] value, Optional<IntFunction<Pass>> pass) {
        Bytes key = InFlightStore.key(topicId, offset);
        if (inFlight.contains(key)) {
            return;
        }
        if (parking.passesOver(event.taskId(), topicId, offset)) {
            history.replays().parked(offset);
            return;
        }
        RecordedResults known = pass.isPresent() ? events.recorded(event) : RecordedResults.NONE;
        Pass chosen = pass.map(choose -> choose.apply(known.generation())).orElse(Pass.FIRST);
        LiveEvent<T> live = events.of(new InFlightStore.Stored(key, offset, chosen, Bytes.wrap(value)), event, known);
        history.began(live);
        if (parking.mustWait(live)) {
            parking.behind(live);
            history.setAside(live);
            rest.stopWhere(parking.full(partition));
        } else {
            inFlight.add(live);
            begin(live);
        }
    }

    /** Lets released events go on as far as there is room. */
    void redrive() {
        int room = parts.settings().maxInFlight - inFlight.size();
        if (parking.anyReleased() && room > 0 && !rest.forGood()) {
            for (LiveEvent<T> live : parking.release(room)) {
                inFlight.add(live);
                history.began(live);
                begin(live);
            }
            show(); // they are not parked any more
        }
    }

    /** Lets the events begin that were dispatched: some at a time, because to wake a worker costs more than a small effect. */
    void beginAdmitted() {
        lanes.beginAdmitted();
    }

    /**
     * Stops before a record, once all that runs is recorded: the record is held, because its offset is committed with that,
     * and comes again at the next start.
     */
    void halt(Uuid topicId, long offset, byte[] record, SinkStoppedException reason) {
        halted = true;
        rest.stopWhere(reason);
        inFlight.hold(InFlightStore.key(topicId, offset), record);
    }

    /** Whether the sink stops before a record, so that those behind it wait with it. */
    boolean halted() {
        return halted;
    }

    /** The records that were held when the sink halted, by offset; they are not held any more. */
    List<InFlightStore.Stored> release() {
        List<InFlightStore.Stored> held = stored.held();
        held.forEach(entry -> inFlight.release(entry.key()));
        return held;
    }

    /** Writes down what the workers have found out, and says whether that was anything. */
    boolean drain() {
        List<Handed> all = handover.take();
        all.forEach(handed -> handed.to(outcomes));
        return !all.isEmpty();
    }

    /** Waits for outcomes while as much is in flight as may be, and returns what is left of the time, in nanoseconds. */
    long awaitRoom(long nanos) throws InterruptedException {
        long left = nanos;
        if (inFlight.size() >= parts.settings().maxInFlight) {
            beginAdmitted();
        }
        // where workers wait for a commit, room comes of that
        while (inFlight.size() >= parts.settings().maxInFlight && left > 0 && !rest.forGood() && !commitWanted) {
            left = handover.awaitSome(left);
            drain();
        }
        return left;
    }

    /** Just before a commit: what is recorded, in flight and seen goes to the stores. */
    void write() {
        drain();
        inFlight.write(stored);
        history.write(inFlight);
        history.show(inFlight);
    }

    void show() {
        history.show(inFlight);
    }

    /** Whether a worker waits for a commit; not any more once asked. */
    boolean takeCommitWanted() {
        boolean wanted = commitWanted;
        commitWanted = false;
        return wanted;
    }

    /** What is written now is about to be committed. */
    void committing() {
        intents.committing();
    }

    /** What was about to be committed is. */
    void committed() {
        intents.committed();
    }

    Rest<T> rest() {
        return rest;
    }

    Parking<T> parking() {
        return parking;
    }

    /** The offsets in flight now. */
    Set<Long> offsets() {
        return inFlight.offsets();
    }

    /** The lowest offset in flight, or a given one where that is lower. */
    long lowestOffset(long atMost) {
        return inFlight.lowestOffset(atMost);
    }

    /** Interrupts what still runs: the next owner of the partition applies it. */
    void abandon() {
        rest.abandon();
        parts.watched().progress().inFlight(-inFlight.size());
        if (!parts.quiesce().closing()) {
            parking.leave();
            history.leave(); // when closing, what was reached last is still worth showing
        }
    }

    private void begin(LiveEvent<T> live) {
        parts.watched().progress().inFlight(1);
        lanes.admitSoon(live);
    }

    private void setAside(LiveEvent<?> live) {
        left(live);
        history.setAside(live);
    }

    /** The event is in flight no more. */
    private void left(LiveEvent<?> live) {
        inFlight.finish(live);
        parts.watched().progress().inFlight(-1);
    }

    private ReplicationEvent<T> decoded(ReplicationEventCodec<T> codec, InFlightStore.Stored entry) {
        try {
            return codec.decode(entry.value().get());
        } catch (UndecodableEventException e) {
            throw Failures.undecodableInFlight(parts.settings().name, entry.offset(), e);
        }
    }

    private final class Outcomes implements Handed.Receiver {

        @Override
        public void recorded(Handed.Recorded recorded) {
            results.record(
                    recorded.key(), recorded.offset(), parts.settings().clock.instant(), recorded.result());
            parts.watched().progress().recorded(recorded.result());
            recordedInReplay(recorded);
        }

        /** What a person lets run in the middle of a replay is none of the replay's. */
        private void recordedInReplay(Handed.Recorded recorded) {
            Replays replays = history.replays();
            if (replays.covers(recorded.offset())
                    && !inFlight.redriven(InFlightStore.key(parts.facts().topicId(), recorded.offset()))) {
                replays.recorded(recorded.offset(), recorded.result());
            }
        }

        @Override
        public void intended(Handed.Intended intended) {
            commitWanted |= intents.write(
                    intended.intent(), results, parts.settings().clock.instant());
        }

        @Override
        public void withdrawn(Handed.Withdrawn withdrawn) {
            results.withdraw(withdrawn.key());
        }

        @Override
        public void applied(Handed.Applied applied) {
            LiveEvent<?> live = applied.live();
            left(live);
            history.applied(applied);
            reports.applied(applied);
            if (!InFlightStore.topicId(live.key).equals(parts.facts().topicId())) {
                results.forget(live.event.queueName(), live.event.position()); // it cannot be seen again
            }
        }

        @Override
        public void gaveUp(Handed.GaveUp gaveUp) {
            if (!parking.parks(gaveUp.why())) {
                rest.stopWhere(Failures.gaveUp(parts.settings().name, partition, gaveUp));
                return;
            }
            for (LiveEvent<T> live : lanes.take(gaveUp.live().event.taskId())) {
                if (live == gaveUp.live()) {
                    parking.failed(gaveUp);
                    setAside(live);
                } else if (parking.mustWait(live)) {
                    parking.behind(live);
                    setAside(live);
                } else {
                    lanes.admit(live);
                }
            }
            rest.stopWhere(parking.full(partition));
        }
    }
}
