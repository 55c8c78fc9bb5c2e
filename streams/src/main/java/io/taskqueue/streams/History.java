package io.taskqueue.streams;

import io.taskqueue.event.Position;
import io.taskqueue.sink.OnGap;
import io.taskqueue.streams.Classification.Verdict;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What has been seen of one partition's queues: classifies each event and says what is out of the ordinary. */
final class History {

    private static final Logger LOG = LoggerFactory.getLogger(History.class);

    private final SinkSettings<?> settings;
    private final Checkpoints checkpoints;
    private final Replays replays;
    private final SinkProgress progress;
    private final int partition;
    private final Set<String> moved = new HashSet<>();

    History(SinkSettings<?> settings, Checkpoints checkpoints, Replays replays, SinkProgress progress, int partition) {
        this.settings = settings;
        this.checkpoints = checkpoints;
        this.replays = replays;
        this.progress = progress;
        this.partition = partition;
        moved.addAll(checkpoints.queues());
        checkpoints.queues().forEach(queue -> progress.queue(queue)
                .peers(checkpoints.peers(queue).reached()));
    }

    /**
     * Takes an event into the history.
     *
     * @throws io.taskqueue.sink.SinkStoppedException where the sink must halt before it; nothing has changed then
     */
    Verdict take(String queue, Arrival arrival, Uuid topicId) {
        QueueProgress watched = progress.queue(queue);
        Checkpoint known = checkpoints.of(queue);
        if (known != null && watched.takeClearing()) {
            known = known.cleared();
            put(queue, known);
        }
        Classification found = Classification.of(known, arrival, topicId, partition);
        if (known != null) {
            report(found.verdict(), queue, arrival, known, watched);
        } else if (!arrival.opensEpoch()) {
            LOG.warn("Sink {}: {}", settings.name, Failures.joinedLate(queue, arrival.position()));
        }
        if (!found.after().equals(known)) {
            put(queue, found.after());
        }
        return found.verdict();
    }

    /** The highest offset that was seen of any queue; -1 where none was. */
    long seenTo() {
        return checkpoints.seenTo();
    }

    /** When it was seen again. */
    Replays replays() {
        return replays;
    }

    Set<String> queues() {
        return checkpoints.queues();
    }

    /** An event is in flight. */
    void began(LiveEvent<?> live) {
        String queue = live.event.queueName();
        if (live.pass.advances()) {
            checkpoints.peers(queue).began(live.peer, live.event.position());
        }
        changed(queue);
    }

    /** An event is applied. */
    void applied(Handed.Applied applied) {
        LiveEvent<?> live = applied.live();
        ended(live);
        if (live.pass.round() == 0) {
            replays.applied(live.offset, applied.reused(), applied.missing(), live.ambiguous);
        }
    }

    /** An event is parked, and counts as dealt with. */
    void setAside(LiveEvent<?> live) {
        ended(live);
        if (live.pass.round() == 0) {
            replays.parked(live.offset);
        }
    }

    private void ended(LiveEvent<?> live) {
        String queue = live.event.queueName();
        if (live.pass.advances()) {
            checkpoints.peers(queue).ended(live.peer, live.event.position());
        }
        changed(queue);
    }

    private void changed(String queue) {
        checkpoints.advanced(queue);
        moved.add(queue);
    }

    /** Forgets what was seen of another topic of the same name, and says of which queues. */
    List<String> startOver(Uuid topicId) {
        List<String> others = checkpoints.startOver(topicId);
        if (!others.isEmpty()) {
            LOG.error(
                    "Sink {}: topic {} was made anew (its id is {} now). The history of queues {} starts over; the results "
                            + "of their effects are forgotten, because their events cannot be seen again",
                    settings.name,
                    settings.topic,
                    topicId,
                    others);
        }
        return others;
    }

    void forgetFencesBefore(long logStart) {
        checkpoints.forgetFencesBefore(logStart);
    }

    void write(InFlight<?> inFlight) {
        checkpoints.write(inFlight, (queue, reached) -> progress.queue(queue).peers(reached));
        replays.write(inFlight);
    }

    /** Tells those who watch. */
    void show(InFlight<?> inFlight) {
        for (String queue : moved) {
            Checkpoint checkpoint = checkpoints.of(queue);
            if (checkpoint != null) {
                Position done = inFlight.done(queue, checkpoint.taken().position());
                progress.queue(queue).reached(checkpoint, done, inFlight.size(queue));
            }
        }
        moved.clear();
    }

    /** The partition is another instance's now. */
    void leave() {
        queues().forEach(queue -> progress.queue(queue).left());
        replays.leave();
    }

    private void put(String queue, Checkpoint checkpoint) {
        checkpoints.put(queue, checkpoint);
        moved.add(queue);
    }

    private void report(Verdict verdict, String queue, Arrival arrival, Checkpoint known, QueueProgress watched) {
        switch (verdict) {
            case STALE -> {
                watched.fenced();
                if (arrival.opensEpoch()) {
                    LOG.error(
                            "Sink {}: a source opened epoch {} of queue {} at offset {}, behind a higher one. Its events "
                                    + "are dropped. The registry of sources was deleted or is another cluster's: restore it",
                            settings.name,
                            arrival.position().epoch(),
                            queue,
                            arrival.offset());
                }
            }
            case FORKED -> throw Failures.forked(settings.name, queue, arrival);
            case DUPLICATE -> watched.duplicate();
            case GAP, REWRITTEN -> {
                if (settings.onGap == OnGap.HALT) {
                    throw Failures.gap(settings.name, queue, arrival, known);
                }
                watched.gap();
                LOG.error(
                        "Sink {}: events of queue {} are missing: the newest seen is {} at offset {}, and now comes {} at "
                                + "offset {}. The queue is marked diverged, and the sink goes on",
                        settings.name,
                        queue,
                        known.taken().position(),
                        known.taken().offset(),
                        arrival.position(),
                        arrival.offset());
            }
            case JOINED, REPLAY, NEXT -> {}
        }
    }
}
