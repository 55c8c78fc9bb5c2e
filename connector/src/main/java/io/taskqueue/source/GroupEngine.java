package io.taskqueue.source;

import io.taskqueue.queue.TaskQueue;
import io.taskqueue.queue.Ticker;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running group: its sources, how they start together and how they end together. What they share is in {@link GroupResources}.
 *
 * <p>Thread-safe.
 */
final class GroupEngine {

    private static final Logger LOG = LoggerFactory.getLogger(GroupEngine.class);
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

    Set<String> queuesWithoutSeries() {
        return resources.series().others();
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
        try {
            List<SourceEngine<?>> open = started();
            closeAll(open, timeout);
            open.forEach(
                    source -> source.closeReport().ifPresent(report -> reports.put(source.claim.queueName(), report)));
        } finally {
            end();
        }
        return reports;
    }

    /** The sources that are open, those of a start that was under way when the close began among them; no other begins. */
    private List<SourceEngine<?>> started() {
        starting.lock();
        try {
            return List.copyOf(sources);
        } finally {
            starting.unlock();
        }
    }

    /** Closes sources within the timeout for all of them together. */
    private void closeAll(List<SourceEngine<?>> open, Duration timeout) {
        Ticker ticker = settings().environment().time();
        long begin = ticker.nanos();
        long limit = Ticker.limitNanos(timeout);
        Queue<SourceEngine<?>> left = new ConcurrentLinkedQueue<>(open);
        Runnable closing = () -> {
            for (SourceEngine<?> source = left.poll(); source != null; source = left.poll()) {
                close(source, Duration.ofNanos(Math.max(0, limit - (ticker.nanos() - begin))));
            }
        };
        List<Thread> threads = new ArrayList<>();
        for (int thread = 1; thread < Math.min(CLOSING_THREADS, open.size()); thread++) {
            Thread daemon = GroupThreads.daemon("close", closing);
            threads.add(daemon);
            daemon.start();
        }
        closing.run();
        join(threads);
    }

    /** Waits for threads; an interruption is passed on to them, so that each source ends its waiting. */
    private static void join(List<Thread> threads) {
        boolean interrupted = false;
        for (Thread thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                    threads.forEach(Thread::interrupt);
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void close(SourceEngine<?> source, Duration left) {
        try {
            source.close(left, left);
        } catch (RuntimeException | Error e) {
            LOG.error(
                    "The source of queue {} could not be closed with its group: {}. The others are closed; close it again.",
                    source.claim.queueName(),
                    e,
                    e);
        }
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
