package io.taskqueue.streams;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.taskqueue.event.TaskId;
import java.nio.charset.StandardCharsets;

/**
 * What a person decided about a parked task, as it goes through the control topic. It names the first parked event as it was
 * seen, and says nothing about the task where another is first, or the same was parked again.
 *
 * <pre>
 *   {"command": "redrive" | "discard", "task": {"queue": …, "epoch": …, "sequence": …}, "offset": …, "round": …,
 *    "by": …, "reason": …, "following": true | false}
 * </pre>
 *
 * @param offset the first parked event's
 * @param round how often that event had been parked
 * @param by who decided; may be empty for a redrive
 * @param reason why; may be empty for a redrive
 * @param following whether all of the task is discarded, or the first event alone
 */
record ParkedCommand(Action action, TaskId task, long offset, int round, String by, String reason, boolean following) {

    /** What is to be done. */
    enum Action {
        REDRIVE("redrive"),
        DISCARD("discard");

        final String command;

        Action(String command) {
            this.command = command;
        }
    }

    /** The bytes at which each text is refused. */
    static final int MAX_TEXT_BYTES = 4 * 1024;

    private static final ObjectMapper JSON = new ObjectMapper();

    /** @throws IllegalArgumentException if a discard does not say who and why, or a text is too long or more than a line */
    ParkedCommand {
        require("by", by, action == Action.DISCARD);
        require("reason", reason, action == Action.DISCARD);
    }

    /** @throws IllegalArgumentException if something is missing or wrong */
    static ParkedCommand of(Action action, JsonNode command) {
        JsonNode task = command.path("task");
        return new ParkedCommand(
                action,
                new TaskId(task.path("queue").asText(), number(task, "epoch"), number(task, "sequence")),
                number(command, "offset"),
                (int) number(command, "round"),
                command.path("by").asText(""),
                command.path("reason").asText(""),
                command.path("following").asBoolean(false));
    }

    byte[] json() {
        ObjectNode json = JSON.createObjectNode().put("command", action.command);
        json.putObject("task")
                .put("queue", task.queueName())
                .put("epoch", task.epoch())
                .put("sequence", task.sequenceId());
        json.put("offset", offset).put("round", round);
        json.put("by", by).put("reason", reason).put("following", following);
        try {
            return JSON.writeValueAsBytes(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A command could not be written to memory.", e);
        }
    }

    private static long number(JsonNode node, String name) {
        JsonNode number = node.path(name);
        if (!number.isIntegralNumber() || !number.canConvertToLong()) {
            throw new IllegalArgumentException("Its field " + name + " is no whole number: " + number + ".");
        }
        return number.longValue();
    }

    private static void require(String name, String text, boolean needed) {
        if (needed && text.isBlank()) {
            throw new IllegalArgumentException(
                    "A discard is recorded with who decided it and why, but '" + name + "' is empty. Say it.");
        }
        if (text.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("The text '" + name
                    + "' of a command is one line, but it holds a control character. Leave it out.");
        }
        int bytes = text.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > MAX_TEXT_BYTES) {
            throw new IllegalArgumentException("The text '" + name + "' of a command has " + bytes
                    + " bytes, but at most " + MAX_TEXT_BYTES + " are kept. Say it in fewer words.");
        }
    }
}
