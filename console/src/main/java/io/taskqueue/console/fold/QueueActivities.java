package io.taskqueue.console.fold;

import io.taskqueue.console.model.QueueSample;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The activity of all queues. It outlives a {@link PartitionFold}, so that a queue keeps its rates and history where its partition is assigned
 * again. Thread-safe.
 */
public final class QueueActivities {

    private static final int FEWEST_SAMPLES = 30;
    private static final int MOST_SAMPLES = 360;

    private final Map<String, QueueActivity> byQueue = new ConcurrentHashMap<>();
    private final int samples;

    /** @param samples how many samples are kept, of all queues together */
    public QueueActivities(int samples) {
        this.samples = samples;
    }

    /** The samples of a queue, oldest first; none of a queue that is not known. */
    public List<QueueSample> history(String queue) {
        QueueActivity activity = byQueue.get(queue);
        return activity == null ? List.of() : activity.samples();
    }

    QueueActivity of(String queue) {
        return byQueue.computeIfAbsent(queue, name -> new QueueActivity());
    }

    void forget(String queue) {
        byQueue.remove(queue);
    }

    /** Forgets all queues. */
    public void clear() {
        byQueue.clear();
    }

    int queues() {
        return byQueue.size();
    }

    /** How many samples a queue may have, now that there are so many queues. */
    int samplesPerQueue() {
        return Math.max(FEWEST_SAMPLES, Math.min(MOST_SAMPLES, samples / Math.max(1, queues())));
    }
}
