package io.taskqueue.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.taskqueue.event.TaskError;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.store.EffectResult;
import io.taskqueue.streams.EffectRecord;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Records of effects, those of one effect together. */
final class ResultLines {

    /** One effect of one event. */
    record Effect(String queue, String position, String effect, List<Generation> results) {

        String text() {
            StringBuilder text = new StringBuilder(Printable.line(queue + " " + position + " " + effect));
            results.forEach(result -> text.append(System.lineSeparator()).append(result.text()));
            return text.toString();
        }
    }

    /**
     * What one generation of its keys has.
     *
     * @param state {@code done}, {@code failed} for good, or {@code begun}
     * @param type the tag of the result's type; null unless done
     * @param json the result as it was recorded; null unless done
     * @param error why it failed; null unless it did
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Generation(
            int generation,
            String recordedAt,
            String state,
            @Nullable String type,
            @Nullable String json,
            @Nullable String error) {

        static Generation of(EffectRecord found) {
            int generation = found.key().generation();
            String at = found.recordedAt().toString();
            EffectResult result = found.result().orElse(null);
            if (result instanceof EffectResult.Done done) {
                return new Generation(generation, at, "done", done.type(), done.json(), null);
            }
            if (result instanceof EffectResult.Failed failed) {
                return new Generation(generation, at, "failed", null, null, text(failed.error()));
            }
            return new Generation(generation, at, "begun", null, null, null);
        }

        private static String text(TaskError error) {
            return error.code() == null ? error.message() : error.code() + ": " + error.message();
        }

        String text() {
            String came = json != null ? type + " " + json : error == null ? "" : error;
            return "    generation " + generation + "  " + recordedAt + "  " + state + "  " + Printable.line(came);
        }
    }

    private ResultLines() {}

    /** The key of the effect's first run. */
    static EffectKey first(EffectKey key) {
        return new EffectKey(key.sink(), 0, key.queueName(), key.position(), key.effect());
    }

    /** @param records those of one effect behind each other */
    static List<Effect> of(List<EffectRecord> records) {
        Map<EffectKey, List<Generation>> byEffect = new LinkedHashMap<>();
        for (EffectRecord found : records) {
            EffectKey key = found.key();
            byEffect.computeIfAbsent(first(key), effect -> new ArrayList<>()).add(Generation.of(found));
        }
        List<Effect> effects = new ArrayList<>();
        byEffect.forEach((key, results) -> effects.add(
                new Effect(key.queueName(), key.position().toString(), key.effect(), List.copyOf(results))));
        return effects;
    }
}
