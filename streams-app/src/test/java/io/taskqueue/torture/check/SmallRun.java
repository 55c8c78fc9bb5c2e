package io.taskqueue.torture.check;

import io.taskqueue.sink.EffectKey;
import io.taskqueue.torture.history.DispatcherEntry;
import io.taskqueue.torture.history.HistoryWriter;
import io.taskqueue.torture.history.ObservedEntry;
import io.taskqueue.torture.history.ObservedEntry.CheckpointSeen;
import io.taskqueue.torture.history.ObservedEntry.ClaimSeen;
import io.taskqueue.torture.history.ObservedEntry.OffsetsReset;
import io.taskqueue.torture.history.ObservedEntry.ResultSeen;
import io.taskqueue.torture.history.ObservedEntry.ResultState;
import io.taskqueue.torture.history.RunDirectory;
import io.taskqueue.torture.history.RunEntry;
import io.taskqueue.torture.history.RunEntry.Disturbance;
import io.taskqueue.torture.history.RunPhase;
import io.taskqueue.torture.history.RunSettings;
import io.taskqueue.torture.history.TargetEntry;
import io.taskqueue.torture.history.TopicEntry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * A torture run within one process, in a few milliseconds: real queues, plain sinks, kills and take-overs by seed. It writes the history that the
 * processes of a run write.
 */
final class SmallRun {

    static final String QUEUE = "orders";
    static final List<String> SINKS = List.of("billing", "search");

    /** What may be replaced by something with a fault. */
    static class Parts {

        TopicJournal journal(MemoryTopic topic, long epoch) {
            return new TopicJournal(topic, QUEUE, epoch);
        }

        PlainDispatcher dispatcher(
                String name,
                TopicJournal journal,
                MemoryTopic topic,
                HistoryWriter<DispatcherEntry> history,
                RunTime time) {
            return new PlainDispatcher(name, journal, topic, history, time);
        }

        PlainSink sink(String name, MemoryTopic topic, RunDirectory directory, PlainTarget target, RunTime time) {
            return new PlainSink(name, QUEUE, topic, directory, target, time);
        }
    }

    private final RunTime time = new RunTime();
    private final MemoryTopic topic = new MemoryTopic(QUEUE, time);
    private final RunDirectory directory;
    private final Parts parts;
    private final SplittableRandom random;
    private final HistoryWriter<RunEntry> run;
    private final HistoryWriter<ObservedEntry> observed;
    private final List<PlainSink> sinks = new ArrayList<>();
    private final Map<EffectKey, String> seen = new HashMap<>();
    private final long seed;
    private long epoch;
    private int faults;
    private PlainDispatcher owner;

    private SmallRun(Path path, long seed, Parts parts) {
        this.directory = new RunDirectory(path);
        this.parts = parts;
        this.seed = seed;
        this.random = new SplittableRandom(seed);
        this.run = directory.run();
        this.observed = directory.observed(QUEUE);
        this.owner = start();
    }

    /** Makes a run, and returns its history. */
    static RunDirectory of(Path path, long seed, Parts parts) {
        SmallRun run = new SmallRun(path, seed, parts);
        run.perform();
        return run.directory;
    }

    private void perform() {
        run.write(new RunEntry.RunStarted(
                time.now(),
                seed,
                new RunSettings(
                        List.of(QUEUE),
                        SINKS,
                        Duration.ofSeconds(1),
                        Duration.ofMinutes(1),
                        Duration.ofMillis(5),
                        true)));
        phase(RunPhase.LOAD);
        try (HistoryWriter<TargetEntry> ledger = directory.target(QUEUE, "target")) {
            PlainTarget target = new PlainTarget(ledger, time);
            SINKS.forEach(name -> sinks.add(parts.sink(name, topic, directory, target, time)));
            for (int step = 0; step < 150; step++) {
                step();
            }
            phase(RunPhase.QUIET);
            owner.drain(random);
            catchUp();
            run.write(new RunEntry.Measured(time.now(), "dispatcher", "live tasks", 0, 0));
            phase(RunPhase.DRAINED);
            replay();
            look();
            phase(RunPhase.END);
        }
        sinks.forEach(PlainSink::close);
        owner.close();
        run.close();
        observed.close();
        try (HistoryWriter<TopicEntry> events = directory.events(QUEUE)) {
            topic.entries().forEach(events::write);
        }
    }

    private void step() {
        PlainSink sink = sinks.get(random.nextInt(sinks.size()));
        switch (random.nextInt(20)) {
            case 0 -> crash(sink);
            case 1 -> takeOver();
            case 2 -> topic.poison();
            case 3 -> look();
            case 4, 5, 6, 7, 8, 9 -> {
                sink.poll(1 + random.nextInt(10));
                if (random.nextInt(3) > 0) {
                    sink.commit();
                }
            }
            default -> owner.step(random);
        }
    }

    private PlainDispatcher start() {
        epoch += 1 + random.nextInt(5);
        TopicJournal journal = parts.journal(topic, epoch);
        observed.write(new ClaimSeen(time.now(), epoch, journal.instance()));
        String name = "dispatcher-" + epoch;
        return parts.dispatcher(name, journal, topic, directory.dispatcher(QUEUE, name), time);
    }

    /** Another dispatcher claims the queue, and the owner learns of it a little later. */
    private void takeOver() {
        PlainDispatcher before = owner;
        before.lost();
        owner = start();
        before.lease();
        before.end(random);
        before.fence();
        before.close();
    }

    private void crash(PlainSink sink) {
        String id = "fault-" + ++faults;
        run.write(new RunEntry.FaultBegan(time.now(), id, "kill-sink", sink.name, Disturbance.PROGRESS, ""));
        sink.poll(random.nextInt(3));
        sink.crash();
        run.write(new RunEntry.FaultEnded(time.now(), id));
    }

    private void catchUp() {
        sinks.forEach(sink -> {
            sink.poll(Integer.MAX_VALUE);
            sink.commit();
        });
        look();
    }

    private void replay() {
        phase(RunPhase.REPLAY);
        sinks.forEach(sink -> {
            var from = time.now();
            sink.rewind();
            observed.write(new OffsetsReset(from, time.now(), sink.name, 0));
            sink.poll(Integer.MAX_VALUE);
            sink.commit();
        });
    }

    /** What the driver reads from Kafka. */
    private void look() {
        for (PlainSink sink : sinks) {
            PlainSink.State committed = sink.committed();
            observed.write(new CheckpointSeen(time.now(), sink.name, committed.taken(), (long) committed.offset()));
            committed.results().forEach((key, result) -> {
                if (!result.equals(seen.put(key, result))) {
                    observed.write(new ResultSeen(time.now(), key, ResultState.DONE, result));
                }
            });
        }
    }

    private void phase(RunPhase phase) {
        run.write(new RunEntry.PhaseBegan(time.now(), phase));
    }
}
