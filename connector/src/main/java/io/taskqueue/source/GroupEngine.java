package io.taskqueue.source;

import io.taskqueue.queue.TaskQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A running group: what its sources share, and how they end together. */
final class GroupEngine {

    private final GroupSettings settings;
    private final boolean endsWithItsSource;
    private final GroupLifecycle lifecycle = new GroupLifecycle();
    private final Set<SourceEngine<?>> sources = ConcurrentHashMap.newKeySet();

    /** @param endsWithItsSource whether it is a group of one, which closes with its source */
    GroupEngine(GroupSettings settings, boolean endsWithItsSource) {
        this.settings = settings;
        this.endsWithItsSource = endsWithItsSource;
    }

    GroupSettings settings() {
        return settings;
    }

    int size() {
        return sources.size();
    }

    /** Starts a source. */
    <T> SourceEngine<T> start(TaskQueue<T> queue, SourceSettings<T> source) throws InterruptedException {
        lifecycle.requireOpen();
        SourceEngine<T> started = new SourceStart<>(this, queue, source).start();
        sources.add(started);
        return started;
    }

    /** Starts sources together; all of them, or none. */
    <T> List<SourceEngine<T>> startAll(Map<TaskQueue<T>, SourceSettings<T>> queues) throws InterruptedException {
        List<SourceEngine<T>> started = new ArrayList<>();
        for (Map.Entry<TaskQueue<T>, SourceSettings<T>> queue : queues.entrySet()) {
            started.add(start(queue.getKey(), queue.getValue()));
        }
        return started;
    }

    /** A source of the group is closed. */
    void closed(SourceEngine<?> source) {
        sources.remove(source);
        if (endsWithItsSource && lifecycle.close()) {
            lifecycle.closed();
        }
    }

    Map<String, CloseReport> close(Duration timeout) {
        Map<String, CloseReport> reports = new LinkedHashMap<>();
        if (!lifecycle.close()) {
            return reports;
        }
        for (SourceEngine<?> source : List.copyOf(sources)) {
            source.close(timeout);
            source.closeReport().ifPresent(report -> reports.put(source.claim.queueName(), report));
        }
        lifecycle.closed();
        return reports;
    }
}
