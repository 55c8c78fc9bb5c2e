package io.taskqueue.streams;

import io.taskqueue.event.ReplicationEvent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes one partition's events ready for the workers. Only the stream thread uses it. */
final class LiveEvents<T> {

    private static final Logger LOG = LoggerFactory.getLogger(LiveEvents.class);

    private final SinkSettings<T> settings;
    private final ResultsStore results;
    private final Handover<Handed> handover;
    private final Intents intents;

    LiveEvents(SinkSettings<T> settings, ResultsStore results, Handover<Handed> handover, Intents intents) {
        this.settings = settings;
        this.results = results;
        this.handover = handover;
        this.intents = intents;
    }

    /** What is recorded of an event's effects. */
    RecordedResults recorded(ReplicationEvent<T> event) {
        return results.of(event.queueName(), event.position());
    }

    /** @param known what is recorded of its effects */
    LiveEvent<T> of(InFlightStore.Stored entry, ReplicationEvent<T> event, RecordedResults known) {
        boolean redriven = entry.pass().round() > 0;
        EventResults seen = new EventResults(known, entry.offset(), redriven, handover, intents);
        return new LiveEvent<>(entry, event, seen, peerOf(event));
    }

    private String peerOf(ReplicationEvent<T> event) {
        try {
            String peer = settings.peerKey.apply(event);
            return peer == null ? Peers.DEFAULT : peer;
        } catch (RuntimeException e) {
            // positions of peers are for information: they stop nothing
            LOG.debug("The peer key of {} failed; it counts for {}", event, Peers.DEFAULT, e);
            return Peers.DEFAULT;
        }
    }
}
