package io.taskqueue.torture;

import io.taskqueue.torture.fault.FaultKind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a run does.
 *
 * @param seed of the schedule and of the dispatchers' work
 * @param load how long tasks are enqueued and faults injected
 * @param faults the kinds that are injected
 * @param directory of the run
 * @param sink the user's sink, or null for the run's own
 */
record TortureSettings(long seed, Duration load, Set<FaultKind> faults, Path directory, @Nullable UserSink sink) {

    static final String TOPIC = "taskqueue.events";
    static final String SINK = "torture";
    /** With three, the queues are in partitions that different instances of the sink have. */
    static final int PARTITIONS = 3;

    static final List<String> QUEUES = List.of("queue-0", "queue-1");
    static final int SINK_INSTANCES = 2;

    /** The longest wait between two tasks of a queue; on average it is half of that. */
    static final Duration ENQUEUE_PAUSE = Duration.ofMillis(160);

    TortureSettings {
        faults = Set.copyOf(faults);
    }

    /**
     * A sink of the user, as the command {@code sink} loads it.
     *
     * @param name {@code log}, {@code http}, {@code jdbc} or a class
     * @param configuration its settings
     * @param classPath where its classes are, as the option is written; empty for none
     */
    record UserSink(String name, Map<String, String> configuration, String classPath) {
        UserSink {
            configuration = Map.copyOf(configuration);
        }
    }
}
