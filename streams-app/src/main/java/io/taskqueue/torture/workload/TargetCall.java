package io.taskqueue.torture.workload;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.taskqueue.event.Position;
import io.taskqueue.serde.BoundedJson;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.torture.history.AmbiguityPolicy;
import java.io.IOException;

/**
 * What a sink of the run sends to its target, as JSON.
 *
 * @param key of the effect
 * @param policy what the effect declares
 */
record TargetCall(EffectKey key, AmbiguityPolicy policy) {

    byte[] json() {
        ObjectNode call = BoundedJson.object();
        call.put("sink", key.sink());
        call.put("generation", key.generation());
        call.put("queue", key.queueName());
        call.put("epoch", key.position().epoch());
        call.put("sequence", key.position().sequence());
        call.put("effect", key.effect());
        call.put("policy", policy.name());
        return BoundedJson.bytes(call);
    }

    static TargetCall read(byte[] json) throws IOException {
        JsonNode call = BoundedJson.read(json);
        return new TargetCall(
                new EffectKey(
                        call.path("sink").asText(),
                        call.path("generation").asInt(),
                        call.path("queue").asText(),
                        new Position(
                                call.path("epoch").asLong(),
                                call.path("sequence").asLong()),
                        call.path("effect").asText()),
                AmbiguityPolicy.valueOf(call.path("policy").asText()));
    }
}
