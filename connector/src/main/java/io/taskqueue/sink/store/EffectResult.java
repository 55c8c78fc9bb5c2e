package io.taskqueue.sink.store;

import io.taskqueue.event.TaskError;
import java.util.Objects;

/** The recorded result of an effect: that it was done, with its result, or that it failed permanently. Never changes. */
public sealed interface EffectResult {

    /**
     * The action was done.
     *
     * @param type the stable tag of the result's type ({@link io.taskqueue.sink.ResultType})
     * @param json the result as JSON; the text {@code null} if there is none
     */
    record Done(String type, String json) implements EffectResult {
        public Done {
            Objects.requireNonNull(type, "type");
            Objects.requireNonNull(json, "json");
        }
    }

    /** The action failed permanently. */
    record Failed(TaskError error) implements EffectResult {
        public Failed {
            Objects.requireNonNull(error, "error");
        }
    }
}
