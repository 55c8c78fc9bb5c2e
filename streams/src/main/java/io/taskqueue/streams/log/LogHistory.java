package io.taskqueue.streams.log;

import io.taskqueue.sink.OnGap;
import io.taskqueue.sink.QueueFilter;
import io.taskqueue.sink.SinkStoppedException;
import io.taskqueue.streams.checkpoint.Checkpoints;
import io.taskqueue.streams.checkpoint.Classification.Verdict;
import io.taskqueue.streams.checkpoint.Divergence;
import io.taskqueue.streams.checkpoint.LogChange;
import io.taskqueue.streams.checkpoint.LogState;
import io.taskqueue.streams.replay.Replays;
import io.taskqueue.streams.settings.SinkSettings;
import io.taskqueue.streams.state.KeyValues;
import io.taskqueue.streams.status.SinkProgress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The history of one partition's log, and what it means for the queues: their checkpoints start over in a recreated topic, take events behind
 * a shortened log as new, and know how much was deleted before they read it. For the stream thread only.
 */
public final class LogHistory {

    private static final Logger LOG = LoggerFactory.getLogger(LogHistory.class);

    /** How many queues a line of the log names. */
    private static final int NAMED_QUEUES = 50;

    /** What is stored of a partition. */
    public record Stored(Checkpoints checkpoints, Replays replays, KeyValues log) {}

    private final SinkSettings<?> settings;
    private final Checkpoints checkpoints;
    private final Replays replays;
    private final PartitionLog history;
    private final SinkProgress progress;
    private final ReportedLog log;
    private final Consumer<String> changedQueues;
    private List<String> startedOver = List.of();
    private LogState known;
    private long clearsSeen;

    /** @param changedQueues is given each queue whose checkpoint changes */
    public LogHistory(
            SinkSettings<?> settings,
            Stored stored,
            SinkProgress progress,
            ReportedLog log,
            Consumer<String> changedQueues) {
        this.settings = settings;
        this.checkpoints = stored.checkpoints();
        this.replays = stored.replays();
        this.progress = progress;
        this.log = log;
        this.changedQueues = changedQueues;
        this.history =
                new PartitionLog(stored.log(), settings.instruments().clock(), log.partition(), checkpoints.topicId());
        this.known = log.latest();
        show();
    }

    /** The log as it is known. */
    public LogState state() {
        return known;
    }

    /**
     * The partition is assigned: compares its log with what was read of it.
     *
     * @param committed the offset that the group had committed, where known
     * @param shortenedTo where the log and what was read of it part, where that was found while the sink ran
     * @return what happened to the log since it was read
     */
    public Optional<LogChange> begin(OptionalLong committed, OptionalLong shortenedTo) {
        LogState now = log.latest();
        long readUpTo = checkpoints.readUpTo();
        if (shortenedTo.isPresent() || history.contradicts(now, readUpTo, committed)) {
            // what is known may be older than what was stored by another instance
            now = log.now().orElseThrow(this::unconfirmed);
        }
        clear();
        known = now;
        boolean cut = shortenedTo.isPresent() && shortenedTo.getAsLong() <= readUpTo && !history.isOther(now.topicId());
        Optional<LogChange> found = cut
                ? Optional.of(history.shortened(readUpTo, shortenedTo.getAsLong()))
                : history.compare(now, readUpTo, committed);
        found.ifPresent(this::follow);
        history.countPartitions(now.partitions()).ifPresent(this::report);
        begunIn(now);
        return found;
    }

    /** Queues whose history has started over; returned once. */
    public List<String> takeStartedOver() {
        List<String> queues = startedOver;
        startedOver = List.of();
        return queues;
    }

    /**
     * Adopts what the cluster reports of the log.
     *
     * @throws LogReplacedException if it is of another topic
     * @throws SinkStoppedException if that has too few partitions
     */
    public void adopt(LogState now) {
        requireSame(now);
        known = now;
        history.countPartitions(now.partitions()).ifPresent(this::report);
        begunIn(now);
    }

    /**
     * The log may have lost what was read or is to be read.
     *
     * @param lost what Kafka found, where it did
     * @throws LogReplacedException if it is of another topic, or has lost what was read
     */
    public void compareNow(Optional<LostPosition> lost) {
        LogState now = log.now().orElse(known);
        adopt(now);
        long readUpTo = checkpoints.readUpTo();
        OptionalLong shortenedTo = lost.map(LostPosition::shortenedTo).orElse(OptionalLong.empty());
        if (shortenedTo.isPresent() && shortenedTo.getAsLong() <= readUpTo) {
            throw shortened(readUpTo, shortenedTo.getAsLong());
        }
        if (now.end() <= readUpTo) {
            throw shortened(readUpTo, now.end());
        }
        lost.flatMap(found -> history.compare(now, readUpTo, OptionalLong.of(found.next())))
                .ifPresent(this::follow);
    }

    /**
     * An event does not follow the one before it: something may have happened to the log. The event is to be classified again.
     *
     * @throws LogReplacedException if it is of another topic, or has lost what was read
     */
    public void unusual(Verdict verdict, long offset) {
        if (verdict != Verdict.REWRITTEN) {
            adopt(log.recent());
            return;
        }
        compareNow(Optional.empty());
        throw shortened(checkpoints.readUpTo(), offset); // the log is as long again as it was
    }

    /** Clears what operators have asked for since the last call. */
    public void clear() {
        for (SinkProgress.Clear request : progress.clears()) {
            if (request.number() > clearsSeen) {
                clearsSeen = request.number();
                clear(request);
            }
        }
    }

    /** Whether something is to be written, which a commit is needed for. */
    public boolean changed() {
        return history.changed();
    }

    /** Just before a commit. */
    public void write() {
        history.write();
    }

    /** The partition is assigned to another instance now. */
    public void partitionReleased() {
        progress.logChanges(log.partition(), List.of());
    }

    private void clear(SinkProgress.Clear request) {
        QueueFilter queues = request.queues();
        Map<String, Divergence> cleared = checkpoints.clearDiverged(queues::accepts, request.at());
        cleared.forEach((queue, divergence) -> {
            if (divergence.pending()) { // it was not counted when the sink halted
                progress.queue(queue).gap(divergence.missing().atLeast());
            }
            changedQueues.accept(queue);
            LOG.warn(
                    "Sink {}: the mark diverged of queue {} is cleared as requested; it stood for {}",
                    settings.name(),
                    queue,
                    divergence.text());
        });
        boolean all = queues.accepts(""); // no queue has this name
        if (all && history.clear(request.at())) {
            show();
        }
    }

    private void follow(LogChange change) {
        List<String> queues =
                switch (change.kind()) {
                    case RECREATED -> checkpoints.startOver(known.topicId()).stream()
                            .sorted()
                            .toList();
                    case SHORTENED -> {
                        replays.shortened(change.to());
                        List<String> lost = checkpoints.shortened(
                                change.to(), settings.policies().onGap() == OnGap.HALT);
                        lost.forEach(queue -> progress.queue(queue).gap(0));
                        yield lost;
                    }
                    case OVERTAKEN -> {
                        checkpoints.overtaken(change.to() - change.from());
                        yield List.copyOf(checkpoints.queues());
                    }
                    case PARTITIONS -> List.of();
                };
        queues.forEach(changedQueues);
        if (change.kind() == LogChange.Kind.RECREATED) {
            startedOver = queues;
        }
        report(change, change.kind() == LogChange.Kind.OVERTAKEN ? List.of() : queues);
    }

    private void report(LogChange change) {
        report(change, List.of());
    }

    /** @param queues whose history has changed by it already */
    private void report(LogChange change, List<String> queues) {
        progress.logChanged(change.kind());
        show();
        String text = "Sink {}: topic {} has changed: {}. {}{}";
        String topic = settings.topics().events();
        String remedy = change.kind().remedy();
        if (change.kind().needsOperator()) {
            LOG.error(text, settings.name(), topic, change.text(), remedy, named(queues));
        } else {
            LOG.warn(text, settings.name(), topic, change.text(), remedy, named(queues));
        }
    }

    private static String named(List<String> queues) {
        if (queues.isEmpty()) {
            return "";
        }
        int more = queues.size() - NAMED_QUEUES;
        return " Queues: " + String.join(", ", queues.subList(0, Math.min(queues.size(), NAMED_QUEUES)))
                + (more > 0 ? " and " + more + " more." : ".");
    }

    private void show() {
        progress.logChanges(log.partition(), history.changes());
    }

    private void begunIn(LogState now) {
        replays.adopt(now.topicId(), now.start());
        checkpoints.dropFencesBefore(now.start());
    }

    private void requireSame(LogState now) {
        if (history.isOther(now.topicId())) {
            if (now.partitions() < known.partitions()) {
                throw fewerPartitions(now);
            }
            throw replaced("was deleted and created again (its id is " + now.topicId() + " now)", OptionalLong.empty());
        }
    }

    private LogReplacedException shortened(long readUpTo, long end) {
        return replaced(
                "was shortened: partition " + log.partition() + " ended at offset " + end
                        + ", but the sink had read it up to " + (readUpTo + 1),
                OptionalLong.of(end));
    }

    private LogReplacedException replaced(String how, OptionalLong shortenedTo) {
        return new LogReplacedException(
                "Sink " + settings.name() + ": topic " + settings.topics().events() + " " + how
                        + " while the sink was running. The partitions of this instance are released and assigned again, to read"
                        + " it from its start; effects that were not committed run again under their first key.",
                shortenedTo);
    }

    private LogReplacedException unconfirmed() {
        return new LogReplacedException(
                "Sink " + settings.name() + ": partition " + log.partition() + " of topic "
                        + settings.topics().events()
                        + " does not match what the sink has read of it, as far as is known, and the cluster"
                        + " does not answer whether that is so. The partitions of this instance are released and assigned again.",
                OptionalLong.empty());
    }

    private SinkStoppedException fewerPartitions(LogState now) {
        return new SinkStoppedException(
                "Sink " + settings.name() + " stopped because topic "
                        + settings.topics().events() + " was deleted and created again with " + now.partitions()
                        + " partitions, but the state of the sink was written for " + known.partitions()
                        + ". Create it with "
                        + known.partitions() + " partitions, or read it with a sink of another name.",
                null);
    }
}
