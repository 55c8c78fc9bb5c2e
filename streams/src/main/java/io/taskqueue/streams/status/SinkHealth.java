package io.taskqueue.streams.status;

import java.util.Map;
import java.util.Optional;

/**
 * The health of a sink service at one moment, as text for operators.
 *
 * @param failure why it failed, and what to do; present exactly in {@link SinkState#FAILED}
 * @param target since when it has waited for its target, why and until when; present while the target is considered unavailable
 * @param kafka since when it cannot use Kafka, and why; or that it waits for the event topic, before it runs
 * @param notes what needs attention although the sink works, by a name for each kind
 */
public record SinkHealth(
        Optional<String> failure, Optional<String> target, Optional<String> kafka, Map<String, String> notes) {

    /** Nothing is wrong. */
    public static final SinkHealth GOOD =
            new SinkHealth(Optional.empty(), Optional.empty(), Optional.empty(), Map.of());

    public SinkHealth {
        notes = Map.copyOf(notes);
    }

    /** Whether the sink has not failed. */
    public boolean live() {
        return failure.isEmpty();
    }

    /** Whether nothing keeps the sink from working now. */
    public boolean ready() {
        return failure.isEmpty() && target.isEmpty() && kafka.isEmpty();
    }
}
