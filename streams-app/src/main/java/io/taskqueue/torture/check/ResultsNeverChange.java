package io.taskqueue.torture.check;

import io.taskqueue.event.Position;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.torture.history.ObservedEntry.ResultSeen;
import io.taskqueue.torture.history.ObservedEntry.ResultState;
import io.taskqueue.torture.history.SinkEntry.Applied;
import io.taskqueue.torture.history.SinkEntry.EffectRead;
import io.taskqueue.torture.report.Invariant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Invariant 5. Reads the recorded results as they were seen on Kafka, over the run and at its end, and what the sinks read. All that was recorded of
 * one key must be the same.
 *
 * <p>What a sink reads counts where its action did not run in the same process before: then the result was committed. Another may have been lost with
 * its process before it was committed, and the action run again.
 */
final class ResultsNeverChange implements InvariantCheck {

    private static final Invariant INVARIANT = Invariant.RESULTS;

    /** What is recorded of the effects of a queue. */
    private static final class Recorded {
        private final Map<String, PositionTable> digests = new HashMap<>();

        /** Whether a result is the one that is recorded, or the first. */
        private boolean take(EffectKey key, String result) {
            PositionTable digests = this.digests.computeIfAbsent(
                    key.sink() + "/" + key.generation() + "/" + key.effect(), stream -> new PositionTable());
            long digest = digest(result);
            long before = digests.get(key.position());
            if (before == 0) {
                digests.set(key.position(), digest);
            }
            return before == 0 || before == digest;
        }

        private static long digest(String result) {
            return ((long) result.length() << 32 | (result.hashCode() & 0xFFFF_FFFFL)) + 1;
        }
    }

    @Override
    public void check(QueueCheck queue) {
        Recorded recorded = new Recorded();
        Set<EffectKey> rerun = new HashSet<>();
        queue.history().observed(entry -> {
            if (entry instanceof ResultSeen seen && seen.state() != ResultState.IN_DOUBT) {
                queue.findings().checked(INVARIANT, 1);
                if (seen.key().generation() > 0) {
                    rerun.add(seen.key().inGeneration(0));
                }
                if (!recorded.take(seen.key(), seen.result())) {
                    queue.violation(
                            INVARIANT,
                            seen.key(),
                            "the recorded result of effect " + seen.key() + " has changed to " + seen.result());
                }
            }
        });
        for (String sink : queue.run().settings().sinks()) {
            checkReads(queue, sink, recorded, rerun);
        }
    }

    private static void checkReads(QueueCheck queue, String sink, Recorded recorded, Set<EffectKey> rerun) {
        Map<String, PositionTable> ranHere = new HashMap<>();
        String[] process = {""};
        queue.history().sink(sink, (name, entry) -> {
            if (!name.equals(process[0])) {
                process[0] = name;
                ranHere.clear();
            }
            if (entry instanceof Applied applied) {
                for (EffectRead read : applied.effects()) {
                    PositionTable ran = ranHere.computeIfAbsent(read.effect(), effect -> new PositionTable());
                    if (read.ran()) {
                        ran.set(applied.position(), 1);
                    } else if (ran.get(applied.position()) == 0) {
                        check(queue, name, key(queue, sink, applied.position(), read), read, recorded, rerun);
                    }
                }
            }
        });
    }

    private static EffectKey key(QueueCheck queue, String sink, Position position, EffectRead read) {
        return new EffectKey(sink, 0, queue.queue(), position, read.effect());
    }

    private static void check(
            QueueCheck queue, String process, EffectKey key, EffectRead read, Recorded recorded, Set<EffectKey> rerun) {
        if (rerun.contains(key)) {
            return; // a deliberate second run under another key: its result is the one that is read
        }
        queue.findings().checked(INVARIANT, 1);
        if (!recorded.take(key, read.result())) {
            queue.violation(
                    INVARIANT,
                    key,
                    "sink instance " + process + " read " + read.result() + " as the recorded result of effect " + key
                            + ", which is another one");
        }
    }
}
