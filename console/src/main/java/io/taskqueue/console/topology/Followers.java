package io.taskqueue.console.topology;

import io.taskqueue.console.fold.EventViews;
import io.taskqueue.console.model.EventView;
import io.taskqueue.event.ReplicationEvent;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The consumers that receive events as they are read. Thread-safe. */
final class Followers {

    private static final Logger LOG = LoggerFactory.getLogger(Followers.class);

    /** A consumer; each call of {@link #add} has its own, also where several pass the same consumer. */
    private record Follower(Object identity, Consumer<EventView> consumer) {}

    private final List<Follower> followers = new CopyOnWriteArrayList<>();

    /** Returns what ends it. */
    AutoCloseable add(Consumer<EventView> consumer) {
        Follower follower = new Follower(new Object(), consumer);
        followers.add(follower);
        return () -> followers.remove(follower);
    }

    /** On the thread that reads. A consumer that throws an exception receives no further events, so that reading continues. */
    void passOn(ReplicationEvent<?> event, int partition, long offset) {
        if (followers.isEmpty()) {
            return;
        }
        EventView view = EventViews.of(event, partition, offset, null);
        List<Follower> failed =
                followers.stream().filter(follower -> !accepts(follower, view)).toList();
        if (!failed.isEmpty()) {
            boolean unused = followers.removeAll(failed);
        }
    }

    private static boolean accepts(Follower follower, EventView view) {
        try {
            follower.consumer().accept(view);
            return true;
        } catch (RuntimeException e) {
            LOG.warn(
                    "A consumer of events of the console failed and gets no further ones: {}. The view is not affected.",
                    e.toString(),
                    e);
            return false;
        }
    }
}
