package io.taskqueue.streams.partition;

import io.taskqueue.serde.BoundedJson;
import io.taskqueue.streams.parking.ParkedCommand;
import io.taskqueue.streams.rate.RateOrder;
import io.taskqueue.streams.replay.ReplayOrder;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Parses operators' commands from a sink's control topic. A command is a record in its queue's own partition, so that the instance
 * that has the queue executes it, in one transaction with everything else.
 *
 * <p>Each command states what the operator saw, and has no effect where that has changed: an offset reset repeats all of them. For
 * the stream thread only.
 */
final class SinkCommands {

    private static final Logger LOG = LoggerFactory.getLogger(SinkCommands.class);

    /** Executes commands; one method for each kind. */
    interface Target {

        /** An operator ordered a replay. */
        void replay(ReplayOrder order);

        /** An operator decided about a parked task. */
        void decide(ParkedCommand command);

        /** An operator changed the rate limit. */
        void limit(RateOrder order);
    }

    private final String sink;
    private final Target target;

    SinkCommands(String sink, Target target) {
        this.sink = sink;
        this.target = target;
    }

    /** Executes the command in a record; a record that is not a valid command is logged and skipped. */
    void execute(byte @Nullable [] value, long offset) {
        try {
            byte[] record = value == null ? new byte[0] : value;
            String name = BoundedJson.read(record).path("command").asText();
            Optional<ParkedCommand> decided = ParkedCommand.find(record);
            if (decided.isPresent()) {
                target.decide(decided.get());
            } else if (name.equals(ReplayOrder.COMMAND)) {
                target.replay(ReplayOrder.of(record));
            } else if (name.equals(RateOrder.COMMAND)) {
                target.limit(RateOrder.of(record));
            } else {
                LOG.warn(
                        "Sink {}: the command '{}' at offset {} of its control topic is unknown, so it is skipped. Run the "
                                + "version of the sink that the command is for",
                        sink,
                        name,
                        offset);
            }
        } catch (IllegalArgumentException e) {
            LOG.warn(
                    "Sink {}: the command at offset {} of its control topic is skipped: {}",
                    sink,
                    offset,
                    e.getMessage());
        } catch (IOException e) {
            LOG.warn(
                    "Sink {}: the record at offset {} of its control topic is not a command, so it is skipped. Only the "
                            + "taskqueue commands write there",
                    sink,
                    offset,
                    e);
        }
    }
}
