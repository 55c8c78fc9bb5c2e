package io.taskqueue.cli.canary;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.metrics.CanaryMeters.Stage;
import io.taskqueue.sink.Effects;
import io.taskqueue.sink.Interests;
import io.taskqueue.sink.ReplicationSink;

/** The sink of a canary: its effect is that the probe has arrived. */
final class CanarySink implements ReplicationSink<String> {

    private final String queue;
    private final Probes probes;

    CanarySink(String queue, Probes probes) {
        this.queue = queue;
        this.probes = probes;
    }

    @Override
    public Interests interests() {
        return Interests.of(EventKind.COMPLETED).inQueues(queue);
    }

    @Override
    public void apply(ReplicationEvent<String> event, Effects effects) throws Exception {
        if (event.hasPayload()) { // the canary's own source includes it in each event
            String id = String.valueOf(event.payload());
            effects.run("arrive", key -> probes.reached(id, Stage.EFFECT));
        }
    }
}
