package io.taskqueue.torture.check;

import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.torture.history.HistoryWriter;
import io.taskqueue.torture.history.RunDirectory;
import io.taskqueue.torture.history.SinkEntry;
import io.taskqueue.torture.history.SinkEntry.Applied;
import io.taskqueue.torture.history.SinkEntry.EffectRead;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A sink over a plain reader of the topic, which does what a sink has to do: it drops what is fenced and what it has seen, records results, and commits
 * offset, position and results together. A crash loses what is not committed. Its subclasses each have one fault.
 */
class PlainSink {

    private static final String EFFECT = "call";

    final String name;
    final MemoryTopic topic;
    private final String queue;
    private final RunDirectory directory;
    private final PlainTarget target;
    private final RunTime time;
    private HistoryWriter<SinkEntry> history;
    private int process;
    private State state = new State(0, null, Map.of());
    private State committed = state;
    private int replayedUpTo;

    /** What is committed together. */
    record State(int offset, @Nullable Position taken, Map<EffectKey, String> results) {}

    PlainSink(String name, String queue, MemoryTopic topic, RunDirectory directory, PlainTarget target, RunTime time) {
        this.name = name;
        this.queue = queue;
        this.topic = topic;
        this.directory = directory;
        this.target = target;
        this.time = time;
        this.history = start();
    }

    private HistoryWriter<SinkEntry> start() {
        return directory.sink(queue, name, name + "-" + ++process);
    }

    /** Reads and applies up to that many records. */
    void poll(int most) {
        for (int read = 0; read < most && state.offset < topic.end(); read++) {
            Optional<ReplicationEvent<String>> event = topic.event(state.offset);
            event.ifPresent(this::take);
            state = new State(state.offset + 1, state.taken, state.results);
        }
    }

    void take(ReplicationEvent<String> event) {
        Position position = event.position();
        Position taken = state.taken;
        if (isFenced(event)) {
            return;
        }
        boolean seen = taken != null && position.compareTo(taken) <= 0;
        if (seen && state.offset >= replayedUpTo) {
            return;
        }
        apply(event, seen);
        if (!seen) {
            state = new State(state.offset, position, state.results);
        }
    }

    /** Whether a higher epoch has begun before the record that is read. */
    boolean isFenced(ReplicationEvent<String> event) {
        for (int before = state.offset - 1; before >= 0; before--) {
            Optional<ReplicationEvent<String>> earlier = topic.event(before);
            if (earlier.isPresent()
                    && earlier.get().position().epoch() > event.position().epoch()) {
                return true;
            }
        }
        return false;
    }

    final void apply(ReplicationEvent<String> event, boolean replayed) {
        if (!event.kind().passedToSinks()) {
            return;
        }
        EffectKey key = new EffectKey(name, 0, queue, event.position(), EFFECT);
        String result = state.results.get(key);
        boolean runs = result == null && !replayed;
        if (runs) {
            result = target.call(key);
        }
        if (result != null) {
            record(key, result);
        }
        history.write(new Applied(
                time.now(),
                event.position(),
                event.kind(),
                event.taskId(),
                event.attempt(),
                (long) state.offset,
                List.of(new EffectRead(EFFECT, 0, runs, String.valueOf(result)))));
    }

    void record(EffectKey key, String result) {
        Map<EffectKey, String> results = new HashMap<>(state.results);
        results.putIfAbsent(key, result);
        state = new State(state.offset, state.taken, results);
    }

    final void overwrite(EffectKey key, String result) {
        Map<EffectKey, String> results = new HashMap<>(state.results);
        results.put(key, result);
        state = new State(state.offset, state.taken, results);
    }

    final void skip() {
        state = new State(state.offset + 1, state.taken, state.results);
    }

    final int offset() {
        return state.offset;
    }

    void commit() {
        committed = state;
    }

    final void commitOffset(int offset, @Nullable Position taken) {
        committed = new State(offset, taken, state.results);
    }

    /** A kill -9, and the start of the next process. */
    void crash() {
        history.close();
        state = committed;
        history = start();
    }

    /** Moves the committed offset to the beginning. */
    void rewind() {
        replayedUpTo = state.offset;
        state = new State(0, state.taken, state.results);
        committed = state;
    }

    State committed() {
        return committed;
    }

    void close() {
        history.close();
    }

    /** The fault: a record is skipped. */
    static final class SkippingOne extends PlainSink {

        SkippingOne(
                String name,
                String queue,
                MemoryTopic topic,
                RunDirectory directory,
                PlainTarget target,
                RunTime time) {
            super(name, queue, topic, directory, target, time);
        }

        private int taken;

        @Override
        void take(ReplicationEvent<String> event) {
            if (++taken == 7) {
                return;
            }
            super.take(event);
        }
    }

    /** The fault: the offset is committed when records were read, and not when they were applied. */
    static final class CommittingEarly extends PlainSink {

        CommittingEarly(
                String name,
                String queue,
                MemoryTopic topic,
                RunDirectory directory,
                PlainTarget target,
                RunTime time) {
            super(name, queue, topic, directory, target, time);
        }

        @Override
        void poll(int most) {
            int next = Math.min(offset() + most, topic.end());
            Position last = null;
            for (int read = offset(); read < next; read++) {
                last = topic.event(read).map(ReplicationEvent::position).orElse(last);
            }
            commitOffset(next, last == null ? committed().taken() : last);
            super.poll(most - 1);
        }

        @Override
        void commit() {
            // was done already
        }
    }

    /** The fault: epochs are ignored, so that what was written behind a fence is applied. */
    static final class IgnoringEpochs extends PlainSink {

        IgnoringEpochs(
                String name,
                String queue,
                MemoryTopic topic,
                RunDirectory directory,
                PlainTarget target,
                RunTime time) {
            super(name, queue, topic, directory, target, time);
        }

        @Override
        void take(ReplicationEvent<String> event) {
            if (isFenced(event)) {
                apply(event, false);
            } else {
                super.take(event);
            }
        }
    }

    /** The fault: a result that is read again is recorded again, with what is known now. */
    static final class OverwritingResults extends PlainSink {

        OverwritingResults(
                String name,
                String queue,
                MemoryTopic topic,
                RunDirectory directory,
                PlainTarget target,
                RunTime time) {
            super(name, queue, topic, directory, target, time);
        }

        @Override
        void record(EffectKey key, String result) {
            overwrite(
                    key,
                    result + " at offset " + offset() + (committed().results().containsKey(key) ? " again" : ""));
        }
    }

    /** The fault: two records that follow each other are applied the other way round, once, as a pool of threads without order does. */
    static final class SwappingTwo extends PlainSink {

        SwappingTwo(
                String name,
                String queue,
                MemoryTopic topic,
                RunDirectory directory,
                PlainTarget target,
                RunTime time) {
            super(name, queue, topic, directory, target, time);
        }

        private @Nullable ReplicationEvent<String> held;
        private boolean done;

        @Override
        void take(ReplicationEvent<String> event) {
            ReplicationEvent<String> first = held;
            if (!done && first == null && event.kind() == io.taskqueue.event.EventKind.LEASE_GRANTED) {
                held = event;
            } else if (first != null && !done) {
                done = first.change().isPresent()
                        && event.change().isPresent()
                        && event.taskId().equals(first.taskId());
                super.take(event);
                if (done) {
                    apply(first, false);
                }
            } else {
                super.take(event);
            }
        }
    }
}
