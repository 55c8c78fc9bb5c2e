package io.taskqueue.streams;

import io.taskqueue.event.Position;
import io.taskqueue.sink.SinkStoppedException;
import org.apache.kafka.streams.errors.TaskMigratedException;

/** The messages of what stops a sink: fact, found, remedy. */
final class Failures {

    private Failures() {}

    static SinkStoppedException gaveUp(String sink, int partition, Handed.GaveUp gaveUp) {
        LiveEvent<?> live = gaveUp.live();
        String tries = gaveUp.tries() == 1 ? "1 try" : gaveUp.tries() + " tries";
        return new SinkStoppedException(
                "Sink " + sink + " stopped at " + live.event + " at offset " + live.offset + " of partition "
                        + partition
                        + ": it could not be applied in " + tries + ", the last of which ended with " + gaveUp.cause()
                        + ". It is applied again at the next start; effects that have a recorded result do not run again. "
                        + "Mend the cause, or allow more tries, and start the sink again.",
                gaveUp.cause());
    }

    static SinkStoppedException gap(String sink, String queue, Arrival arrival, Checkpoint known) {
        return new SinkStoppedException(
                "Sink " + sink + " stopped before event " + arrival.position() + " of queue " + queue + " at offset "
                        + arrival.offset() + ": events are missing, the newest seen is "
                        + known.taken().position() + " at offset "
                        + known.taken().offset()
                        + ". Find out what was lost, then start the sink with --on-gap=continue (in code, onGap(CONTINUE)).",
                null);
    }

    static SinkStoppedException forked(String sink, String queue, Arrival arrival) {
        return new SinkStoppedException(
                "Sink " + sink + " stopped: two sources have opened epoch "
                        + arrival.position().epoch() + " of queue " + queue + ", the second with instance id "
                        + arrival.instance() + " at offset " + arrival.offset()
                        + ". The registry of sources has lost records. Stop all but one source of the queue, restore "
                        + "the registry or start that source again, and reset this sink to where the history is whole.",
                null);
    }

    static SinkStoppedException undecodableInFlight(String sink, long offset, RuntimeException cause) {
        return new SinkStoppedException(
                "Sink " + sink + " cannot read the event at offset " + offset + ", which it could read before: "
                        + cause.getMessage() + ". Start it with the codec that it had before.",
                cause);
    }

    static SinkStoppedException tooManyParked(SinkSettings<?> settings, int partition, int parked) {
        return new SinkStoppedException(
                "Sink " + settings.name + " stopped: " + parked + " events are parked on partition " + partition
                        + ", and the most is " + settings.maxParked
                        + ". All of them are kept. Find out why with `taskqueue parked list " + settings.named()
                        + "`, mend it, start the sink with a higher --max-parked (in code, maxParked), and redrive or "
                        + "discard them.",
                null);
    }

    static SinkStoppedException notStarted(SinkSettings<?> settings, RuntimeException cause) {
        // what Kafka Streams says of a directory that is locked; it has no exception of its own for it
        if (String.valueOf(cause.getMessage()).contains("multiple instances of Kafka Streams")) {
            return new SinkStoppedException(
                    "Sink " + settings.name + " did not start: another process uses its state in "
                            + settings.stateDirectory
                            + ". Each instance on one machine needs its own: pass --state-dir (in code, "
                            + "stateDirectory).",
                    cause);
        }
        return new SinkStoppedException(
                "Sink " + settings.name + " did not start: " + cause.getMessage() + ". Its state is in "
                        + settings.stateDirectory
                        + ": see that it can be written to, or choose another directory.",
                cause);
    }

    /** Why the stream thread ended: what was said of it, or that it was not foreseen. */
    static SinkStoppedException stopped(String sink, Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof SinkStoppedException known) {
                return known;
            }
        }
        return new SinkStoppedException(
                "Sink " + sink + " stopped because Kafka Streams failed: " + thrown
                        + ". What was not committed is applied again at the next start. See the log, mend the cause, and "
                        + "start it again.",
                thrown);
    }

    /** A task that is used again may commit offsets of records that it polled in its life before and never processed. */
    static TaskMigratedException revived(String sink, int partition) {
        return new TaskMigratedException("Kafka Streams started its task of partition " + partition + " of sink " + sink
                + " a second time, after its state was lost or could not be written. All partitions of this instance are"
                + " given up and taken up again from what is committed, so effects that were not committed run again"
                + " under their first key. Why is in the log before this; nothing else needs to be done.");
    }

    static String joinedLate(String queue, Position position) {
        return "The history of queue " + queue + " begins for this sink at event " + position
                + "; earlier events were not in the topic when it came";
    }
}
