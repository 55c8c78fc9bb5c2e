package io.taskqueue.source;

import io.taskqueue.queue.TaskQueue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A source from when it is built on:
 *
 * <pre>
 *   BUILT -- start ----&gt; STARTED   the engine has every further state, see SourceLifecycle
 *     |  ^     |
 *     |  +-----+ fails
 *     +----- close ----&gt; CLOSED    its queue is closed as well
 * </pre>
 *
 * <p>Thread-safe.
 */
final class BuiltSource<T> {

    final TaskQueue<T> queue;
    private final SourceSettings<T> settings;
    private final @Nullable GroupEngine shared;
    private final Supplier<GroupEngine> group;
    private final ReentrantLock starting = new ReentrantLock();
    private volatile @Nullable SourceEngine<T> engine;
    private volatile boolean closed;

    private BuiltSource(
            TaskQueue<T> queue, SourceSettings<T> settings, @Nullable GroupEngine shared, Supplier<GroupEngine> group) {
        this.queue = queue;
        this.settings = settings;
        this.shared = shared;
        this.group = group;
    }

    /** A source with a group for itself alone. */
    static <T> BuiltSource<T> alone(TaskQueue<T> queue, SourceSettings<T> settings, GroupSettings group) {
        return new BuiltSource<>(queue, settings, null, () -> new GroupEngine(group, true));
    }

    /** A source of a group. */
    static <T> BuiltSource<T> of(GroupEngine group, TaskQueue<T> queue, SourceSettings<T> settings) {
        return new BuiltSource<>(queue, settings, group, () -> group);
    }

    /** Starts it, as {@link ReplicationSource#start}. */
    void start() throws InterruptedException {
        lock();
        try {
            engine = group.get().start(queue, settings);
        } finally {
            starting.unlock();
        }
    }

    /** Starts sources of a group together; all of them, or none. */
    static <T> void startAll(GroupEngine group, List<BuiltSource<T>> sources) throws InterruptedException {
        Map<TaskQueue<T>, SourceSettings<T>> queues = new LinkedHashMap<>();
        List<BuiltSource<T>> locked = new ArrayList<>();
        try {
            for (BuiltSource<T> source : sources) {
                source.lock();
                locked.add(source);
                source.requireGroup(group);
                if (queues.put(source.queue, source.settings) != null) {
                    throw new IllegalArgumentException("Two sources are of one queue, " + source.queue.name()
                            + ". Start one source for each queue.");
                }
            }
            List<SourceEngine<T>> engines = group.startAll(queues);
            for (int index = 0; index < engines.size(); index++) {
                sources.get(index).engine = engines.get(index);
            }
        } finally {
            locked.forEach(source -> source.starting.unlock());
        }
    }

    boolean isOf(GroupEngine group) {
        return shared == group;
    }

    private void requireGroup(GroupEngine group) {
        if (!isOf(group)) {
            throw new IllegalArgumentException("The source of queue " + queue.name()
                    + " was built without this group. Start it with its own start(), or build it with group(...).");
        }
    }

    private void lock() {
        if (!starting.tryLock()) {
            throw new IllegalStateException(
                    "The source of queue " + queue.name() + " is being started by another thread. Start it once.");
        }
        if (engine != null || closed) {
            starting.unlock();
            throw new IllegalStateException("The source of queue " + queue.name() + " was "
                    + (closed ? "closed" : "started") + " before. Build another source for another queue.");
        }
    }

    /** Closes the queue of a source that was not started, which then cannot be; returns the engine of one that was. */
    Optional<SourceEngine<T>> startedOrClose() {
        starting.lock(); // after a start that is under way
        try {
            SourceEngine<T> started = engine;
            closed = started == null;
            if (closed) {
                queue.close();
            }
            return Optional.ofNullable(started);
        } finally {
            starting.unlock();
        }
    }

    /** The engine, if it was started. */
    Optional<SourceEngine<T>> started() {
        return Optional.ofNullable(engine);
    }

    /** @throws IllegalStateException if it was not started */
    SourceEngine<T> engine() {
        SourceEngine<T> started = engine;
        if (started == null) {
            throw new IllegalStateException("The source of queue " + queue.name()
                    + (closed ? " was closed before it was started." : " is not started. Call start() first."));
        }
        return started;
    }
}
