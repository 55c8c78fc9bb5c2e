package io.taskqueue.cli.status;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.taskqueue.cli.shared.Output;
import io.taskqueue.event.TaskError;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.store.EffectResult;
import io.taskqueue.streams.admin.EffectRecord;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Recorded effects as they are printed: the records of one effect together. */
final class EffectListing {

    /** One effect of one event. */
    record Effect(String queue, String position, String effect, List<Generation> results) {

        String text() {
            StringBuilder text = new StringBuilder(Output.escape(queue + " " + position + " " + effect));
            results.forEach(result -> text.append(System.lineSeparator()).append(result.text()));
            return text.toString();
        }
    }

    /**
     * The record of an effect under one generation of its key.
     *
     * @param state {@code done}, {@code failed} (permanently), or {@code begun}
     * @param type the tag of the result's type; null unless done
     * @param json the recorded result; null unless done
     * @param error the error; null unless failed
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
            String outcome = json != null ? type + " " + json : error == null ? "" : error;
            return "    generation " + generation + "  " + recordedAt + "  " + state + "  " + Output.escape(outcome);
        }
    }

    private EffectListing() {}

    /** The key of the effect under generation 0, which is the same for all of its records. */
    static EffectKey firstGeneration(EffectKey key) {
        return key.inGeneration(0);
    }

    /** @param records sorted, so that the records of one effect are adjacent */
    static List<Effect> of(List<EffectRecord> records) {
        Map<EffectKey, List<Generation>> byEffect = new LinkedHashMap<>();
        for (EffectRecord found : records) {
            EffectKey key = found.key();
            byEffect.computeIfAbsent(firstGeneration(key), effect -> new ArrayList<>())
                    .add(Generation.of(found));
        }
        List<Effect> effects = new ArrayList<>();
        byEffect.forEach((key, results) -> effects.add(
                new Effect(key.queueName(), key.position().toString(), key.effect(), List.copyOf(results))));
        return effects;
    }
}
