package io.taskqueue.source;

import io.taskqueue.queue.TaskQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A running group: its sources, how they start together and how they end together. What they share is in {@link GroupResources}.
 *
 * <p>Thread-safe.
 */
final class GroupEngine {

    private static final int CLOSING_THREADS = 16;

    private final GroupResources resources;
    private final boolean endsWithItsSource;
    private final GroupLifecycle lifecycle = new GroupLifecycle();
    private final Set<SourceEngine<?>> sources = ConcurrentHashMap.newKeySet();
    private final ReentrantLock starting = new ReentrantLock();

    /** @param endsWithItsSource whether it is a group of one, which closes with its source */
    GroupEngine(GroupSettings settings, boolean endsWithItsSource) {
        this.resources = new GroupResources(settings);
        this.endsWithItsSource = endsWithItsSource;
    }

    GroupSettings settings() {
        return resources.settings();
    }

    int size() {
        return sources.size();
    }

    /** Starts a source. */
    <T> SourceEngine<T> start(TaskQueue<T> queue, SourceSettings<T> source) throws InterruptedException {
        return startAll(Map.of(queue, source)).get(0);
    }

    /** Starts sources together; all of them, or none. */
    <T> List<SourceEngine<T>> startAll(Map<TaskQueue<T>, SourceSettings<T>> queues) throws InterruptedException {
        starting.lockInterruptibly();
        boolean started = false;
        try {
            lifecycle.requireOpen();
            List<SourceEngine<T>> running = new SourceStart<>(resources, queues).start();
            sources.addAll(running);
            running.forEach(source -> source.whenClosed(() -> closed(source)));
            started = true;
            return running;
        } finally {
            starting.unlock();
            if (!started) {
                endWithItsSource();
            }
        }
    }

    /** A source of the group is closed. */
    private void closed(SourceEngine<?> source) {
        sources.remove(source);
        endWithItsSource();
    }

    /**
     * Closes what is open, several sources at a time: what one waits for, the others use.
     *
     * @throws IllegalStateException if the caller is a listener of a queue, or the publisher's thread; nothing has changed then
     */
    Map<String, CloseReport> close(Duration timeout) {
        Map<String, CloseReport> reports = new LinkedHashMap<>();
        sources.forEach(source -> source.requireCloseable());
        if (!lifecycle.close()) {
            return reports;
        }
        closeAll(List.copyOf(sources), timeout).forEach(source -> source.closeReport()
                .ifPresent(report -> reports.put(source.claim.queueName(), report)));
        end();
        return reports;
    }

    private static List<SourceEngine<?>> closeAll(List<SourceEngine<?>> open, Duration timeout) {
        Queue<SourceEngine<?>> left = new ConcurrentLinkedQueue<>(open);
        Runnable closing = () -> {
            for (SourceEngine<?> source = left.poll(); source != null; source = left.poll()) {
                source.close(timeout);
            }
        };
        List<Thread> threads = new ArrayList<>();
        for (int thread = 1; thread < Math.min(CLOSING_THREADS, open.size()); thread++) {
            Thread daemon = GroupResources.daemon("close", closing);
            threads.add(daemon);
            daemon.start();
        }
        closing.run();
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                threads.forEach(Thread::interrupt); // each source ends its waiting
                Thread.currentThread().interrupt();
                break;
            }
        }
        return open;
    }

    private void endWithItsSource() {
        if (endsWithItsSource && lifecycle.close()) {
            end();
        }
    }

    private void end() {
        resources.end();
        lifecycle.closed();
    }
}
