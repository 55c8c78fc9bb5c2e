package io.taskqueue.streams.parking;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.taskqueue.event.TaskId;
import io.taskqueue.serde.BoundedJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A decision by an operator about a parked task, as a record of the control topic. It names the first parked event as the operator
 * saw it, and has no effect where another event is the first one, or the same event was parked again.
 *
 * <pre>
 *   {"command": "redrive" | "discard", "task": {"queue": …, "epoch": …, "sequence": …}, "offset": …, "round": …,
 *    "by": …, "reason": …, "following": true | false, "decision": …}
 * </pre>
 *
 * @param offset the first parked event's
 * @param round how often that event had been parked
 * @param by who decided; may be empty for a redrive
 * @param reason why; may be empty for a redrive
 * @param following whether all parked events of the task are discarded, or only the first one
 * @param decision the id that the commands of one decision about several tasks share; empty where it has none
 */
public record ParkedCommand(
        Action action,
        TaskId task,
        long offset,
        int round,
        String by,
        String reason,
        boolean following,
        String decision) {

    /** What is to be done. */
    public enum Action {
        REDRIVE("redrive"),
        DISCARD("discard");

        private final String command;

        Action(String command) {
            this.command = command;
        }

        /** The name of the command on the control topic. */
        public String command() {
            return command;
        }
    }

    /** The longest text, in bytes. */
    public static final int MAX_TEXT_BYTES = 4 * 1024;

    /** @throws IllegalArgumentException if a discard does not state who decided and why, or a text is too long or has more than a line */
    public ParkedCommand {
        require("by", by, action == Action.DISCARD);
        require("reason", reason, action == Action.DISCARD);
        require("decision", decision, false);
    }

    /** A command of no decision with an id. */
    public ParkedCommand(
            Action action, TaskId task, long offset, int round, String by, String reason, boolean following) {
        this(action, task, offset, round, by, reason, following, "");
    }

    /**
     * The command in a record of the control topic, which holds other commands as well; empty if it is another one.
     *
     * @throws IOException if the record is not JSON
     * @throws IllegalArgumentException if a field is missing or invalid
     */
    public static Optional<ParkedCommand> find(byte[] record) throws IOException {
        String name = BoundedJson.read(record).path("command").asText();
        for (Action action : Action.values()) {
            if (action.command().equals(name)) {
                return Optional.of(of(action, record));
            }
        }
        return Optional.empty();
    }

    private static ParkedCommand of(Action action, byte[] record) throws IOException {
        JsonNode command = BoundedJson.read(record);
        JsonNode task = command.path("task");
        return new ParkedCommand(
                action,
                new TaskId(task.path("queue").asText(), number(task, "epoch"), number(task, "sequence")),
                number(command, "offset"),
                (int) number(command, "round"),
                command.path("by").asText(""),
                command.path("reason").asText(""),
                command.path("following").asBoolean(false),
                command.path("decision").asText(""));
    }

    /** The command as a record of the control topic. */
    public byte[] json() {
        ObjectNode json = BoundedJson.object().put("command", action.command());
        json.putObject("task")
                .put("queue", task.queueName())
                .put("epoch", task.epoch())
                .put("sequence", task.sequenceId());
        json.put("offset", offset).put("round", round);
        json.put("by", by).put("reason", reason).put("following", following);
        if (!decision.isEmpty()) {
            json.put("decision", decision);
        }
        return BoundedJson.bytes(json);
    }

    private static long number(JsonNode node, String name) {
        JsonNode number = node.path(name);
        if (!number.isIntegralNumber() || !number.canConvertToLong()) {
            throw new IllegalArgumentException("The field " + name + " of the command is not a whole number: " + number
                    + ". Write the command with `taskqueue parked`.");
        }
        return number.longValue();
    }

    private static void require(String name, String text, boolean needed) {
        if (needed && text.isBlank()) {
            throw new IllegalArgumentException("A discard is recorded with who decided it and why, but '" + name
                    + "' is empty. Pass a text for it.");
        }
        if (text.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("The text '" + name
                    + "' of a command must be one line, but it contains a control character. Remove the character.");
        }
        int bytes = text.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > MAX_TEXT_BYTES) {
            throw new IllegalArgumentException("The text '" + name + "' of a command has " + bytes
                    + " bytes, but at most " + MAX_TEXT_BYTES + " are stored. Shorten it.");
        }
    }
}
