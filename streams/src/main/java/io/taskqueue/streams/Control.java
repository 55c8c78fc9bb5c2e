package io.taskqueue.streams;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Map;
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

    /** Does what a command says. */
    @FunctionalInterface
    interface Command {
        /** @throws IllegalArgumentException if something of it is missing or wrong */
        void take(JsonNode command);
    }

    private final String sink;
    private final Map<String, Command> known;

    /** @param known what each command does, by the name that its field {@code command} has */
    Control(String sink, Map<String, Command> known) {
        this.sink = sink;
        this.known = Map.copyOf(known);
    }

    /** Does what a record asks for; one that cannot be understood is logged and passed over. */
    void take(byte @Nullable [] value, long offset) {
        try {
            JsonNode command = JSON.readTree(value == null ? new byte[0] : value);
            String name = command.path("command").asText();
            Command told = known.get(name);
            if (told == null) {
                LOG.warn(
                        "Sink {}: the command '{}' at offset {} of its control topic is not known", sink, name, offset);
            } else {
                told.take(command);
            }
        } catch (IllegalArgumentException e) {
            LOG.warn("Sink {}: the command at offset {} of its control topic: {}", sink, offset, e.getMessage());
        } catch (IOException e) {
            LOG.warn("Sink {}: the record at offset {} of its control topic is no command", sink, offset, e);
        }
    }
}
