package io.taskqueue.sink.effect;

import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.logging.LogFields;
import io.taskqueue.sink.EffectMode;
import io.taskqueue.tracing.TaskSpans;
import java.util.Objects;

/**
 * How one attempt to apply an event runs.
 *
 * <p>Public for the other packages of this project; not part of the API.
 *
 * @param sink the sink's name, the first part of each key
 * @param generation 0, or the number of the deliberate re-run that the keys belong to
 * @param mode what happens to an effect without a recorded result
 * @param rules what happens to permanent failures
 * @param visibility how the attempt is seen from the outside
 */
public record AttemptSettings(String sink, int generation, EffectMode mode, EffectRules rules, Visibility visibility) {

    public AttemptSettings {
        Objects.requireNonNull(sink, "sink");
        Objects.requireNonNull(mode, "mode");
        Objects.requireNonNull(rules, "rules");
        Objects.requireNonNull(visibility, "visibility");
    }

    /**
     * How an attempt is seen in traces and logs.
     *
     * @param spans the spans of the sink
     * @param replay whether the event is applied in a replay
     * @param fields what lines have that the user's code logs, on whichever thread; the runner has set them on the thread of the attempt
     */
    public record Visibility(TaskSpans spans, boolean replay, LogFields fields) {

        public Visibility {
            Objects.requireNonNull(spans, "spans");
            Objects.requireNonNull(fields, "fields");
        }

        /** Without spans. */
        static Visibility inLogs(String sink, ReplicationEvent<?> event) {
            return new Visibility(TaskSpans.NONE, false, LogFields.ofSink(sink).event(event));
        }
    }
}
