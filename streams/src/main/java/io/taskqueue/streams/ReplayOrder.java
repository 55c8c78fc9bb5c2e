package io.taskqueue.streams;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What an operator wants of a replay.
 *
 * <pre>
 *   {"command": "replay", "id": UUID, "number": 3, "mode": "rerun", "select": "queue=orders,kind=Completed",
 *    "by": "alice", "at": "2026-11-23T09:30:00Z"}
 * </pre>
 *
 * @param id tells it from every other
 * @param number counts the replays of a sink from 1; the effect keys of a rerun have it as their generation. 0 where nobody
 *     gave an order, because the offsets were moved by another tool
 * @param mode what becomes of effects
 * @param selection which events a rerun runs again and a filling of gaps fills
 * @param by who
 * @param at when
 */
public record ReplayOrder(UUID id, int number, ReplayMode mode, Selection selection, String by, Instant at) {

    /** The name of the command on the control topic. */
    static final String COMMAND = "replay";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final UUID NOBODYS = new UUID(0, 0);

    /** @throws IllegalArgumentException if only recorded results are wanted, but not of all events */
    public ReplayOrder {
        if (mode == ReplayMode.RECORDED_ONLY && !selection.isAll()) {
            throw new IllegalArgumentException(
                    "A recorded-only replay runs nothing, so there is nothing to select, but " + selection
                            + " was. Leave the selection out, or choose fill-gaps or rerun.");
        }
    }

    /** The order of a replay that nobody ordered: nothing runs. */
    static ReplayOrder nobodys(Instant at) {
        return new ReplayOrder(NOBODYS, 0, ReplayMode.RECORDED_ONLY, Selection.ALL, "", at);
    }

    /** Whether someone gave it. */
    public boolean ordered() {
        return number > 0;
    }

    /** What the committed offsets that are moved by this order carry as their metadata. */
    public String offsetMetadata() {
        return MovedOffsets.mark(id);
    }

    byte[] json() {
        return JSON.createObjectNode()
                .put("command", COMMAND)
                .put("id", id.toString())
                .put("number", number)
                .put("mode", mode.text())
                .put("select", selection.toString())
                .put("by", by)
                .put("at", at.toString())
                .toString()
                .getBytes(StandardCharsets.UTF_8);
    }

    /** The order in a record of the control topic; empty where it is none, or none that this version knows. */
    static Optional<ReplayOrder> in(byte[] record) {
        try {
            JsonNode command = JSON.readTree(record);
            boolean replay = command != null && command.path("command").asText().equals(COMMAND);
            return replay ? Optional.of(of(command)) : Optional.empty();
        } catch (IOException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** @throws IllegalArgumentException if the command is no order of this version */
    static ReplayOrder of(JsonNode command) {
        try {
            return new ReplayOrder(
                    UUID.fromString(command.path("id").asText()),
                    Math.max(1, command.path("number").asInt()),
                    ReplayMode.ofText(command.path("mode").asText()).orElseThrow(IllegalArgumentException::new),
                    Selection.parse(List.of(command.path("select").asText())),
                    command.path("by").asText(),
                    Instant.parse(command.path("at").asText()));
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new IllegalArgumentException(
                    "The command " + command
                            + " is no replay that this version knows. Give it with the version that runs "
                            + "the sink.",
                    e);
        }
    }
}
