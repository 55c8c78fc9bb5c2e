package io.taskqueue.source;

import io.taskqueue.event.ReplicationEvent;
import java.time.Duration;
import java.util.Iterator;
import java.util.Optional;

/**
 * One reader's view of a queue's events, within the process of the source: each event that Kafka has acknowledged since the
 * subscription began, in order, once.
 *
 * <p>The view is bounded: events wait for their reader up to the subscription's capacity. A reader that is slower than that
 * for too long is given everything up to the overflow and then a {@link SubscriptionOverflowException}, never a hole; the
 * queue and other readers do not notice. After the source was closed, the view ends when it is read to its end; if the source
 * was fenced or failed, it ends with that error.
 *
 * <p>For one reading thread; {@link #close()} may be called from any.
 *
 * @param <T> the payload's type
 */
public interface EventSubscription<T> extends Iterable<ReplicationEvent<T>>, AutoCloseable {

    /**
     * The next event, waited for no longer than told.
     *
     * @return the event, or empty when none came in time or the view has ended, see {@link #ended()}
     * @throws InterruptedException if the thread is interrupted while it waits
     * @throws SubscriptionOverflowException in place of the first event that found no room
     * @throws IllegalStateException at the end, if the source was fenced or stopped by an error
     */
    Optional<ReplicationEvent<T>> poll(Duration timeout) throws InterruptedException;

    /** Whether nothing will come any more: the subscription or its source was closed, and all that waited was read. */
    boolean ended();

    /**
     * Reads on, blocking until the next event or the end. Throws as {@link #poll} does; an interrupted wait throws {@link
     * java.util.concurrent.CancellationException} and leaves the thread interrupted. Iterators of one subscription share its
     * place.
     */
    @Override
    Iterator<ReplicationEvent<T>> iterator();

    /** Ends the view at once; what was not read is dropped. */
    @Override
    void close();
}
