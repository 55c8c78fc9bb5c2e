package io.taskqueue.streams.replay;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskqueue.serde.BoundedJson;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A replay as an operator ordered it.
 *
 * <pre>
 *   {"command": "replay", "id": UUID, "number": 3, "mode": "rerun", "select": "queue=orders,kind=Completed",
 *    "by": "alice", "at": "2026-11-23T09:30:00Z"}
 * </pre>
 *
 * @param id unique to the order
 * @param number counts the replays of a sink from 1; the effect keys of a rerun have it as their generation. 0 where there
 *     was no order, because the offsets were moved by another tool
 * @param mode what happens to effects
 * @param selection the events whose effects a rerun runs again, or whose missing results fill-gaps fills
 * @param by who ordered it
 * @param at when it was ordered
 */
public record ReplayOrder(UUID id, int number, ReplayMode mode, Selection selection, String by, Instant at) {

    /** The name of the command on the control topic. */
    public static final String COMMAND = "replay";

    private static final UUID NO_ORDER = new UUID(0, 0);

    /** @throws IllegalArgumentException if the mode has no selection, or not this one */
    public ReplayOrder {
        if (mode != ReplayMode.RERUN && selection.failuresOnly()) {
            throw new IllegalArgumentException(
                    "A recorded failure is a result, which only a rerun replaces, but the selection " + selection
                            + " was given with mode " + mode + ". Choose rerun.");
        }
        if (mode == ReplayMode.RECORDED_ONLY && !selection.isAll()) {
            throw new IllegalArgumentException(
                    "A recorded-only replay runs nothing, so it has no selection, but this one selects " + selection
                            + ". Omit the selection, or choose fill-gaps or rerun.");
        }
    }

    /** The order of a replay that was started only by moving offsets, without an order: nothing runs. */
    static ReplayOrder none(Instant at) {
        return new ReplayOrder(NO_ORDER, 0, ReplayMode.RECORDED_ONLY, Selection.ALL, "", at);
    }

    /** Whether an operator gave the order. */
    public boolean ordered() {
        return number > 0;
    }

    /** The metadata of the committed offsets that are moved for this order. */
    public String offsetMetadata() {
        return MovedOffsets.mark(id);
    }

    /** The order as a record of the control topic. */
    public byte[] json() {
        return BoundedJson.bytes(BoundedJson.object()
                .put("command", COMMAND)
                .put("id", id.toString())
                .put("number", number)
                .put("mode", mode.text())
                .put("select", selection.toString())
                .put("by", by)
                .put("at", at.toString()));
    }

    /** The order in a record of the control topic; empty where it is another command, or one that this version does not know. */
    public static Optional<ReplayOrder> in(byte[] record) {
        try {
            JsonNode command = BoundedJson.read(record);
            return command.path("command").asText().equals(COMMAND) ? Optional.of(of(command)) : Optional.empty();
        } catch (IOException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /**
     * The order in a record of the control topic.
     *
     * @throws IOException if the record is not JSON
     * @throws IllegalArgumentException if it is not an order that this version knows
     */
    public static ReplayOrder of(byte[] record) throws IOException {
        return of(BoundedJson.read(record));
    }

    private static ReplayOrder of(JsonNode command) {
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
                            + " is not a replay that this version knows. Order it with the version that runs "
                            + "the sink.",
                    e);
        }
    }
}
