package io.taskqueue.streams;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What operators ask a sink to do, out of its control topic: a record of a queue's own partition, so that whichever instance
 * has the queue does it, in one transaction with all else.
 *
 * <p>Each command says what it saw when it was given, and does nothing where that is not so any more: an offset reset brings
 * all of them again. Only the stream thread calls it.
 */
final class Control {

    private static final Logger LOG = LoggerFactory.getLogger(Control.class);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final String sink;
    private final History history;

    Control(String sink, History history) {
        this.sink = sink;
        this.history = history;
    }

    /**
     * Does what a record asks for; one that cannot be understood is logged and passed over.
     *
     * @param topicId the event topic
     */
    void take(byte @Nullable [] value, long offset, Uuid topicId) {
        try {
            JsonNode command = JSON.readTree(value == null ? new byte[0] : value);
            String name = command.path("command").asText();
            if (name.equals(ReplayOrder.COMMAND)) {
                history.replays().take(ReplayOrder.of(command), topicId, history.seenTo());
            } else {
                LOG.warn(
                        "Sink {}: the command '{}' at offset {} of its control topic is not known", sink, name, offset);
            }
        } catch (IllegalArgumentException e) {
            LOG.warn("Sink {}: the command at offset {} of its control topic: {}", sink, offset, e.getMessage());
        } catch (IOException e) {
            LOG.warn("Sink {}: the record at offset {} of its control topic is no command", sink, offset, e);
        }
    }
}
