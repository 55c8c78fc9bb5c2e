package io.taskqueue.streams.instances;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.taskqueue.serde.BoundedJson;
import io.taskqueue.streams.rate.RateLimit;
import io.taskqueue.streams.status.EffectCounts;
import io.taskqueue.streams.status.EffectLatency;
import io.taskqueue.streams.status.SinkHealth;
import io.taskqueue.streams.status.SinkLoad;
import io.taskqueue.streams.status.SinkState;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The records of the topic {@code NAME-instances}.
 *
 * <pre>
 *   key    the id of the instance, UTF-8
 *   value  {"instance":…, "host":…, "version":…, "startedAt":…, "at":…, "state":"RUNNING", "inFlight":0,
 *           "rate":{"waiting":0, "perSecond":100.0, "perKey":5.0}; a limit that is left out is none
 *           "effects":{"run":0, "reused":0, "failed":0, "missing":0, "parked":0, "ambiguous":0},
 *           "latency":{"upperMillis":[1.0,…], "counts":[0,…]}, "latencies":{name: as "latency"},
 *           "breakers":[text of a target that is considered unavailable], "notes":{name: text},
 *           "kafka":text, "failure":text}; the last two, and latencies, only where there is something to report
 *          none: the instance was closed
 * </pre>
 *
 * <p>Fields may be added; readers ignore those that they do not know.
 */
public final class InstanceFormat {

    /** The longest text of a report, in characters. */
    static final int LONGEST_TEXT = 2_000;

    /** How many notes a report has at most. */
    static final int MOST_NOTES = 20;

    /** How many further histograms a report has at most. */
    static final int MOST_LATENCIES = 10;

    /** The largest value that is read: several times what an instance writes. */
    private static final int MAX_BYTES = 512 * 1024;

    private InstanceFormat() {}

    /** The value of a record. */
    static byte[] write(SinkInstance instance) {
        SinkInstance.Identity identity = instance.identity();
        SinkHealth health = instance.health();
        ObjectNode json = BoundedJson.object()
                .put("instance", identity.id())
                .put("host", limited(identity.host()))
                .put("version", limited(identity.version()))
                .put("startedAt", identity.startedAt().toString())
                .put("at", instance.at().toString())
                .put("state", instance.state().name())
                .put("inFlight", instance.inFlight());
        write(json, instance.load());
        EffectCounts effects = instance.effects();
        json.putObject("effects")
                .put("run", effects.run())
                .put("reused", effects.reused())
                .put("failed", effects.failed())
                .put("missing", effects.missing())
                .put("parked", effects.parked())
                .put("ambiguous", effects.ambiguous());
        write(json.putObject("latency"), instance.latency());
        if (!instance.latencies().isEmpty()) {
            ObjectNode latencies = json.putObject("latencies");
            new TreeMap<>(instance.latencies())
                    .entrySet().stream()
                            .limit(MOST_LATENCIES)
                            .forEach(each -> write(latencies.putObject(limited(each.getKey())), each.getValue()));
        }
        ArrayNode breakers = json.putArray("breakers");
        health.target().ifPresent(target -> breakers.add(limited(target)));
        ObjectNode notes = json.putObject("notes");
        new TreeMap<>(health.notes())
                .entrySet().stream()
                        .limit(MOST_NOTES)
                        .forEach(note -> notes.put(limited(note.getKey()), limited(note.getValue())));
        health.kafka().ifPresent(kafka -> json.put("kafka", limited(kafka)));
        health.failure().ifPresent(failure -> json.put("failure", limited(failure)));
        return BoundedJson.bytes(json);
    }

    private static void write(ObjectNode to, SinkLoad load) {
        load.limit().ifPresent(limit -> {
            ObjectNode rate = to.putObject("rate").put("waiting", load.waiting());
            put(rate, "perSecond", limit.perSecond());
            put(rate, "perKey", limit.perKey());
        });
    }

    private static void put(ObjectNode to, String name, double rate) {
        if (rate != RateLimit.UNLIMITED) {
            to.put(name, rate);
        }
    }

    private static void write(ObjectNode to, EffectLatency latency) {
        ArrayNode bounds = to.putArray("upperMillis");
        latency.upperMillis().forEach(bounds::add);
        ArrayNode counts = to.putArray("counts");
        latency.counts().forEach(counts::add);
    }

    private static String limited(String text) {
        return text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT - 1) + "…";
    }

    /** What a value states; empty if it is not a valid one. */
    public static Optional<SinkInstance> read(byte[] value) {
        try {
            JsonNode json = BoundedJson.read(value, MAX_BYTES);
            if (!json.path("instance").isTextual()) {
                return Optional.empty();
            }
            return Optional.of(new SinkInstance(
                    new SinkInstance.Identity(
                            json.path("instance").asText(),
                            json.path("host").asText(),
                            json.path("version").asText(),
                            Instant.parse(json.path("startedAt").asText())),
                    Instant.parse(json.path("at").asText()),
                    SinkState.valueOf(json.path("state").asText()),
                    health(json),
                    load(json),
                    effects(json.path("effects")),
                    latency(json.path("latency")),
                    latencies(json.path("latencies"))));
        } catch (IOException | DateTimeException | IllegalArgumentException invalid) {
            return Optional.empty();
        }
    }

    private static SinkHealth health(JsonNode json) {
        Map<String, String> notes = new HashMap<>();
        json.path("notes").properties().forEach(note -> {
            if (notes.size() < MOST_NOTES) {
                notes.put(note.getKey(), note.getValue().asText());
            }
        });
        return new SinkHealth(
                text(json.path("failure")), text(json.path("breakers").path(0)), text(json.path("kafka")), notes);
    }

    private static SinkLoad load(JsonNode json) {
        JsonNode rate = json.path("rate");
        return new SinkLoad(
                json.path("inFlight").asLong(),
                rate.path("waiting").asLong(),
                rate.isObject()
                        ? Optional.of(new RateLimit(limit(rate.path("perSecond")), limit(rate.path("perKey"))))
                        : Optional.empty());
    }

    private static double limit(JsonNode rate) {
        return rate.isNumber() ? rate.doubleValue() : RateLimit.UNLIMITED;
    }

    private static Optional<String> text(JsonNode node) {
        return node.isTextual() ? Optional.of(node.asText()) : Optional.empty();
    }

    private static EffectCounts effects(JsonNode json) {
        return new EffectCounts(
                json.path("run").asLong(),
                json.path("reused").asLong(),
                json.path("failed").asLong(),
                json.path("missing").asLong(),
                json.path("parked").asLong(),
                json.path("ambiguous").asLong());
    }

    private static Map<String, EffectLatency> latencies(JsonNode json) {
        Map<String, EffectLatency> latencies = new HashMap<>();
        json.properties().forEach(each -> {
            if (latencies.size() < MOST_LATENCIES) {
                latencies.put(each.getKey(), latency(each.getValue()));
            }
        });
        return latencies;
    }

    private static EffectLatency latency(JsonNode json) {
        List<Double> bounds = new ArrayList<>();
        json.path("upperMillis").forEach(bound -> bounds.add(bound.asDouble()));
        List<Long> counts = new ArrayList<>();
        json.path("counts").forEach(count -> counts.add(count.asLong()));
        return new EffectLatency(bounds, counts);
    }
}
