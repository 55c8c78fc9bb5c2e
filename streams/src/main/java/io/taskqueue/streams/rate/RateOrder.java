package io.taskqueue.streams.rate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.taskqueue.serde.BoundedJson;
import io.taskqueue.streams.state.StateReader;
import io.taskqueue.streams.state.StateWriter;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.common.utils.Bytes;

/**
 * A change of the rate limit by an operator. It is written to every partition of the control topic, and stored with each, so that
 * whichever instance gets a partition knows the newest.
 *
 * <pre>
 *   record   {"command": "rate", "perSecond": 100, "perKey": 5, "by": …, "at": "2026-11-23T09:30:00Z"}
 *            a limit that is left out is none; with "configured": true instead, the limit of the sink's own settings is in force again
 *   stored   version 1 | at 12 | configured 1 | perSecond 8 | perKey 8, under the one key 1
 * </pre>
 *
 * @param limit the new limit; empty for that of the sink's settings
 * @param by who ordered it; may be empty
 * @param at when; of several orders, the newest is in force
 */
public record RateOrder(Optional<RateLimit> limit, String by, Instant at) {

    /** The name of the command on the control topic. */
    public static final String COMMAND = "rate";

    /** The one key under which it is stored. */
    public static final Bytes KEY = Bytes.wrap(new byte[] {1});

    private static final byte VERSION = 1;
    private static final int BYTES = 30;
    private static final String PER_SECOND = "perSecond";
    private static final String PER_KEY = "perKey";
    private static final String CONFIGURED = "configured";

    /** The order as a record of the control topic. */
    public byte[] json() {
        ObjectNode json = BoundedJson.object().put("command", COMMAND);
        if (limit.isEmpty()) {
            json.put(CONFIGURED, true);
        } else {
            put(json, PER_SECOND, limit.get().perSecond());
            put(json, PER_KEY, limit.get().perKey());
        }
        return BoundedJson.bytes(json.put("by", by).put("at", at.toString()));
    }

    private static void put(ObjectNode json, String name, double rate) {
        if (rate != RateLimit.UNLIMITED) {
            json.put(name, rate);
        }
    }

    /**
     * The order in a record of the control topic.
     *
     * @throws IOException if the record is not JSON
     * @throws IllegalArgumentException if it is not an order that this version knows
     */
    public static RateOrder of(byte[] record) throws IOException {
        JsonNode command = BoundedJson.read(record);
        try {
            boolean configured = command.path(CONFIGURED).asBoolean(false);
            return new RateOrder(
                    configured
                            ? Optional.empty()
                            : Optional.of(new RateLimit(rate(command, PER_SECOND), rate(command, PER_KEY))),
                    command.path("by").asText(""),
                    Instant.parse(command.path("at").asText()));
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new IllegalArgumentException(
                    "The command " + command
                            + " is not a rate limit that this version knows. Order it with `taskqueue rate`.",
                    e);
        }
    }

    private static double rate(JsonNode command, String name) {
        JsonNode rate = command.path(name);
        if (rate.isMissingNode()) {
            return RateLimit.UNLIMITED;
        }
        if (!rate.isNumber()) {
            throw new IllegalArgumentException("not a number");
        }
        return rate.doubleValue();
    }

    /** The order as it is stored, without who ordered it. */
    public byte[] stored() {
        RateLimit value = limit.orElse(RateLimit.NONE);
        return StateWriter.value(VERSION, BYTES)
                .putInstant(at)
                .putFlag(limit.isEmpty())
                .putLong(Double.doubleToLongBits(value.perSecond()))
                .putLong(Double.doubleToLongBits(value.perKey()))
                .toBytes();
    }

    /** The order as it was stored. */
    public static RateOrder ofStored(byte[] stored) {
        StateReader in = StateReader.value("rate limit", VERSION, stored);
        Instant at = in.readInstant();
        boolean configured = in.readFlag();
        RateLimit value = new RateLimit(Double.longBitsToDouble(in.readLong()), Double.longBitsToDouble(in.readLong()));
        return new RateOrder(configured ? Optional.empty() : Optional.of(value), "", at);
    }
}
