package io.taskqueue.streams;

import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.serde.EventHeaders;
import io.taskqueue.serde.ReplicationEventCodec;
import io.taskqueue.serde.UndecodableEventException;
import io.taskqueue.sink.SinkStoppedException;
import io.taskqueue.streams.Classification.Verdict;
import io.taskqueue.streams.ParkedCommand.Action;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * One partition of the event topic: decode, classify, hand to the workers, write down what they find out.
 *
 * <p>Everything here runs on the stream thread, which alone touches the stores. What is in flight is written just before a
 * commit ({@link CommitHook}), so that an event whose offset is committed is either done or in the store.
 */
final class SinkProcessor<T> implements Processor<byte[], PolledRecord<T>, byte[], byte[]> {

    /** How soon outcomes are noticed when no record comes. */
    static final Duration TICK = Duration.ofMillis(5);

    private final SinkParts<T> parts;
    private final ReplicationEventCodec<T> codec;
    private final Runnable hook = this::beforeCommit;
    private final List<Record<byte[], byte[]>> deadLetters = new ArrayList<>();
    private ProcessorContext<byte[], byte[]> context;
    private KeyValueStore<Bytes, byte[]> mark;
    private History history;
    private PartitionWork<T> work;
    private PartitionLifecycle<T> rest;
    private SinkCommands control;
    private ResultsPurge purge;
    private EventTopicDescription facts;
    private Ticks ticks;
    private boolean begun;
    private boolean revived;
    private boolean inCall;
    private boolean touched;
    private boolean writtenSinceFailure;

    @SuppressWarnings("NullAway.Init") // Kafka Streams calls init first
    SinkProcessor(SinkParts<T> parts) {
        this.parts = parts;
        this.codec = new ReplicationEventCodec<>(parts.settings().codec);
        this.facts = parts.facts();
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> context) {
        this.context = context;
        ticks = new Ticks(context, this::tick);
        revived = begun;
        begun = true;
        if (revived) {
            ticks.every(Optional.of(TICK)); // what is thrown here would end the stream thread
            return;
        }
        mark = context.getStateStore(CommitHook.NAME);
        int partition = context.taskId().partition();
        ResultsStore results = new ResultsStore(parts.settings().name, context.getStateStore(ResultsStore.NAME));
        InFlightStore stored = new InFlightStore(context.getStateStore(InFlightStore.NAME));
        Checkpoints checkpoints = new Checkpoints(context.getStateStore(Checkpoints.NAME));
        SinkProgress progress = parts.watched().progress();
        Replays replays = new Replays(parts.settings(), context.getStateStore(Replays.NAME), progress, partition);
        history = new History(parts.settings(), checkpoints, replays, progress, partition);
        ParkedStore parked = new ParkedStore(context.getStateStore(ParkedStore.NAME));
        work = new PartitionWork<>(parts, history, results, stored, parked, partition);
        rest = work.rest();
        purge = new ResultsPurge(results, work.parking());
        control = new SinkCommands(parts.settings().name, commands(work.parking()));
        parts.mark().connect(context.taskId(), hook);
        parts.quiesce().join(context.taskId(), rest);
        work.resumeStored(codec);
        adopt(parts.facts());
        for (InFlightStore.Stored held : work.release()) {
            acceptOrHalt(HeldRecord.of(parts.settings().topic, held.value().get()), held.offset());
        }
        parts.cluster().moved().of(parts.settings().topic, partition).ifPresent(replays::moved);
        touched = false;
        work.show();
        tickWhileNeeded(Optional.empty());
    }

    private Map<String, SinkCommands.Command> commands(Parking<T> parking) {
        return Map.of(
                ReplayOrder.COMMAND,
                command -> history.replays().take(ReplayOrder.of(command), facts.topicId(), history.seenTo()),
                Action.REDRIVE.command,
                command -> parking.redrive(ParkedCommand.of(Action.REDRIVE, command)),
                Action.DISCARD.command,
                command -> parking.discard(
                        ParkedCommand.of(Action.DISCARD, command),
                        parts.settings().clock.instant()));
    }

    @Override
    public void process(Record<byte[], PolledRecord<T>> record) {
        inCall = true;
        try {
            goOn();
            RecordMetadata from = context.recordMetadata().orElseThrow();
            if (from.topic().equals(parts.settings().controlTopic)) {
                control.take(record.value().value(), from.offset());
            } else {
                acceptOrHalt(record, from.offset());
            }
            work.drain();
            work.redrive();
            if (record.value().last()) {
                work.beginAdmitted();
            }
            awaitRoom();
            passEnds(Optional.empty());
        } finally {
            inCall = false;
        }
    }

    /** Marks the task, so that the commit that ends its life here waits for what runs, also where nothing has changed. */
    private void passEnds(Optional<Duration> still) {
        forwardDeadLetters();
        if (!parts.pace().due() && work.takeCommitWanted()) {
            context.commit();
        }
        touch();
        tickWhileNeeded(still);
    }

    private void awaitRoom() {
        try {
            parts.pace().waitLeft(work.awaitRoom(parts.pace().waitLeft()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        if (revived) {
            return; // nothing of it was taken up
        }
        parts.mark().disconnect(context.taskId(), hook);
        parts.quiesce().leave(context.taskId(), rest);
        ticks.every(Optional.empty()); // a task that is revived keeps its schedules
        work.abandon();
    }

    private void tick(long now) {
        inCall = true;
        try {
            goOn();
            work.drain();
            work.redrive();
            work.beginAdmitted();
            if (purge.pending()) {
                purge.tick(work.lowestOffset(Long.MAX_VALUE));
            }
            work.show(); // and before each commit; with each record it would cost too much
            passEnds(purge.pending() ? Optional.empty() : rest.sleep());
        } finally {
            inCall = false;
        }
    }

    /** Just before a commit, inside its transaction. */
    private void beforeCommit() {
        touched = false;
        boolean stopping = parts.quiesce().stopping();
        boolean lastHere = stopping || parts.quiesce().handingOver();
        if (lastHere && !inCall) {
            bringToRest();
        }
        work.beginAdmitted();
        work.write();
        rest.marked(inCall);
        if (!inCall) {
            work.committing();
        }
        // a failure that came to light only now waits for one more commit, before which the other partitions come to
        // rest
        writtenSinceFailure = stopping && rest.failure() != null && !inCall;
    }

    private void bringToRest() {
        rest.pause();
        try {
            parts.quiesce().rest(rest, parts.settings().drainTimeout.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Begins a pass: a failure is thrown once all that was found out beside it is committed. */
    private void goOn() {
        if (revived) {
            throw Failures.revived(parts.settings().name, context.taskId().partition());
        }
        SinkStoppedException failure = rest.failure();
        if (failure != null) {
            if (writtenSinceFailure) {
                throw failure;
            }
            context.commit();
        }
        work.committed();
        rest.resume();
        EventTopicDescription now = parts.facts();
        if (!now.equals(facts)) {
            adopt(now);
        }
    }

    private void adopt(EventTopicDescription now) {
        if (!now.topicId().equals(facts.topicId())) {
            purge.startOver();
        }
        facts = now;
        Set<Long> inFlight = work.offsets();
        history.startOver(now.topicId()).forEach(queue -> purge.all(queue, inFlight::contains));
        work.parking().startOver(now.topicId());
        long logStart = now.logStart(context.taskId().partition());
        history.replays().startOver(now.topicId(), logStart);
        history.forgetFencesBefore(logStart);
        purge.upTo(logStart, history.queues());
    }

    /** Where the sink halts before the record, what runs is recorded first: thrown at once, it would all run again. */
    private void acceptOrHalt(Record<byte[], PolledRecord<T>> record, long offset) {
        SinkStoppedException failure = rest.failure();
        if (work.halted() && failure != null) {
            work.halt(facts.topicId(), offset, HeldRecord.bytes(record), failure);
            return;
        }
        try {
            accept(record, offset);
        } catch (SinkStoppedException halt) {
            work.halt(facts.topicId(), offset, HeldRecord.bytes(record), halt);
        }
    }

    private void accept(Record<byte[], PolledRecord<T>> record, long offset) {
        PolledRecord<T> polled = record.value();
        try {
            accept(polled.take(codec), polled.bytes(), offset);
        } catch (UndecodableEventException e) {
            undecodable(record, offset, e);
        }
    }

    private void accept(ReplicationEvent<T> event, byte[] value, long offset) {
        Arrival arrival =
                new Arrival(event.position(), offset, event.instanceId().orElse(null));
        Replay.Range here = new Replay.Range(facts.topicId(), offset, history.seenTo());
        Verdict verdict = history.take(event.queueName(), arrival, facts.topicId());
        Replay replay = history.replays().arrived(verdict, here);
        if (verdict.applied() && !arrival.opensEpoch()) {
            work.dispatch(facts.topicId(), offset, event, value, passOf(event, verdict, replay));
        }
    }

    /** How an event goes through the sink, given the newest generation of what is recorded of it. */
    private Optional<IntFunction<DeliveryContext>> passOf(ReplicationEvent<T> event, Verdict verdict, @Nullable Replay replay) {
        if (replay != null) {
            return Optional.of(newest -> replay.pass(event, newest));
        }
        // what follows in order was never seen, so nothing of it can be recorded
        return verdict == Verdict.NEXT ? Optional.empty() : Optional.of(newest -> DeliveryContext.FIRST);
    }

    /** Sets a record aside that is no event; its headers may still say which one it was. */
    private void undecodable(Record<byte[], PolledRecord<T>> record, long offset, UndecodableEventException reason) {
        Optional<EventHeaders> headers = EventHeaders.read(record.value().headers());
        boolean seenBefore = offset <= history.seenTo();
        if (headers.isPresent()) {
            EventHeaders known = headers.get();
            Arrival arrival =
                    new Arrival(known.position(), offset, known.instanceId().orElse(null));
            seenBefore |=
                    !history.take(known.queueName(), arrival, facts.topicId()).applied();
        }
        history.replays().passed(offset);
        if (!seenBefore) {
            parts.watched().progress().undecodable();
            TopicPartition from =
                    new TopicPartition(parts.settings().topic, context.taskId().partition());
            deadLetters.add(DeadLetterRecord.of(record, from, offset, String.valueOf(reason.getMessage())));
        }
    }

    /** Not while the processor is started: the sink node behind it is not yet. */
    private void forwardDeadLetters() {
        deadLetters.forEach(letter -> context.forward(letter, SinkTopology.DEAD_LETTERS));
        deadLetters.clear();
    }

    private void touch() {
        if (!touched) {
            touched = true; // before the call, which may be the flush
            CommitHook.touch(mark);
        }
        rest.marked(true);
    }

    /** A tick makes the task commit, so there is none while nothing is outstanding, and a late one while all that is waits. */
    private void tickWhileNeeded(Optional<Duration> still) {
        boolean needed = !rest.idle() || purge.pending() || !deadLetters.isEmpty();
        ticks.every(needed ? Optional.of(still.orElse(TICK)) : Optional.empty());
    }
}
