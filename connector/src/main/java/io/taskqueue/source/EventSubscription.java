package io.taskqueue.source;

import io.taskqueue.event.ReplicationEvent;
import java.time.Duration;
import java.util.Iterator;
import java.util.Optional;

/**
 * A queue's events for one reader within the process of the source: each event that Kafka has acknowledged since the
 * subscription began, in order, once.
 *
 * <p>A subscription is bounded: events wait for their reader up to its capacity. A reader that is too slow receives everything
 * up to the overflow and then a {@link SubscriptionOverflowException}, never a gap; the queue and other readers are not
 * affected. After the source was closed, the subscription ends when all that waited was read; if the source was fenced or
 * failed, it ends with that error.
 *
 * <p>For one reading thread; {@link #close()} may be called from any.
 *
 * @param <T> the payload's type
 */
public interface EventSubscription<T> extends Iterable<ReplicationEvent<T>>, AutoCloseable {

    /**
     * The next event, waited for no longer than the timeout.
     *
     * @return the event, or empty if none came in time or the subscription has ended, see {@link #ended()}
     * @throws InterruptedException if the thread is interrupted while it waits
     * @throws SubscriptionOverflowException in place of the first event that found no room
     * @throws IllegalStateException at the end, if the source was fenced or stopped by an error
     */
    Optional<ReplicationEvent<T>> poll(Duration timeout) throws InterruptedException;

    /** Whether no event follows: the subscription or its source was closed, and all that waited was read. */
    boolean ended();

    /**
     * Continues to read, blocking until the next event or the end. Throws as {@link #poll} does; an interrupted wait throws {@link
     * java.util.concurrent.CancellationException} and leaves the thread interrupted. Iterators of one subscription share its
     * progress.
     */
    @Override
    Iterator<ReplicationEvent<T>> iterator();

    /** Ends the subscription at once; events that were not read are dropped. */
    @Override
    void close();
}
