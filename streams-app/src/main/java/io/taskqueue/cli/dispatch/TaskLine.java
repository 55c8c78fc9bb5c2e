package io.taskqueue.cli.dispatch;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskqueue.event.QueueName;
import io.taskqueue.serde.BoundedJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A task as a line of the input.
 *
 * @param key the key of the task, with the number of the line
 * @param json the line, one JSON value
 */
record TaskLine(LineKey key, String json) {

    /** The number of the line, counted from 1. */
    long number() {
        return key.line();
    }

    /** Which lines of an input belong to a queue. Every line of an input belongs to exactly one of the queues of a command. */
    @FunctionalInterface
    interface Route {

        /** Every line. */
        Route ALL = (line, json) -> true;

        /**
         * Whether a line belongs to the queue.
         *
         * @param line its number, counted from 1
         * @param json its text, which may be invalid; empty if it is too long to be held
         */
        boolean accepts(long line, String json);

        /** One of a number of queues that get the lines in turn. */
        static Route inTurn(int index, int queues) {
            return (line, json) -> (line - 1) % queues == index;
        }

        /**
         * The lines whose object has a name in a field.
         *
         * @param others whether it also gets the lines that name no queue, so that they are reported once
         */
        static Route byField(String field, String queue, boolean others) {
            return (line, json) -> queueOf(field, json).map(queue::equals).orElse(others);
        }

        /** The queue that a line names: the text, or the number, in a field of its object. */
        static Optional<String> queueOf(String field, String json) {
            try {
                JsonNode value = BoundedJson.read(json.getBytes(StandardCharsets.UTF_8), Integer.MAX_VALUE)
                        .path(field);
                return value.isValueNode() && !value.isNull() && !value.asText().isEmpty()
                        ? Optional.of(QueueName.require(value.asText()))
                        : Optional.empty();
            } catch (IOException | IllegalArgumentException e) {
                return Optional.empty(); // an invalid line, or a value that cannot be a queue's name
            }
        }
    }
}
