package io.taskqueue.streams;

import io.taskqueue.event.ReplicationEvent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells those who watch what became of one partition's events. Only the stream thread uses it. */
final class Reports {

    private static final Logger LOG = LoggerFactory.getLogger(Reports.class);

    private final SinkSettings<?> settings;
    private final SinkParts.Watched watched;
    private final int partition;

    Reports(SinkSettings<?> settings, SinkParts.Watched watched, int partition) {
        this.settings = settings;
        this.watched = watched;
        this.partition = partition;
    }

    void applied(Handed.Applied applied) {
        LiveEvent<?> live = applied.live();
        ReplicationEvent<?> event = live.event;
        watched.progress().applied(applied.reused(), applied.missing(), live.ambiguous);
        watched.progress().queue(event.queueName()).applied(event, live.replayed());
        if (applied.missing() > 0) {
            // the receipt warns of them all together
            LOG.info(
                    "Sink {}: {} effects of {} at offset {} have no recorded result, and the replay does not run it",
                    settings.name,
                    applied.missing(),
                    event,
                    live.offset);
        }
        Observers observers = watched.observers();
        if (observers.any()) {
            observers.offer(
                    new AppliedEvent<>(event, partition, live.offset, live.replayed(), settings.clock.instant()));
        }
    }
}
