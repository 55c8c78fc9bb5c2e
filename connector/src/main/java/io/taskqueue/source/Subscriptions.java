package io.taskqueue.source;

import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.logging.LogFields;
import io.taskqueue.queue.CallbackFailures;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The readers of a queue's events in this process. Delivering an event never waits for a reader. */
final class Subscriptions<T> {

    private static final Logger LOG = LoggerFactory.getLogger(Subscriptions.class);

    private final String queueName;
    private final Runnable onObserverFailure;
    private final CallbackFailures failures;
    private final List<BufferedSubscription<T>> open = new CopyOnWriteArrayList<>();
    private boolean ended;
    private @Nullable IllegalStateException cause;

    /** @param onObserverFailure counts each failure of an observer; never throws */
    Subscriptions(String queueName, Runnable onObserverFailure) {
        this.queueName = queueName;
        this.onObserverFailure = onObserverFailure;
        this.failures = new CallbackFailures("An observer of queue " + queueName, "it is called with the next event");
    }

    EventSubscription<T> open(int capacity) {
        return add(capacity);
    }

    /** Runs the observer on a thread of its own, until the subscription that this returns is closed. */
    EventSubscription<T> observe(Consumer<ReplicationEvent<T>> observer, int capacity) {
        BufferedSubscription<T> events = add(capacity);
        Thread thread = new Thread(
                LogFields.ofQueue(queueName).around(() -> run(observer, events)), "taskqueue-observer-" + queueName);
        thread.setDaemon(true);
        boolean started = false;
        try {
            thread.start();
            started = true;
        } finally {
            if (!started) {
                events.close();
            }
        }
        return events;
    }

    void deliver(ReplicationEvent<T> event) {
        for (BufferedSubscription<T> subscription : open) {
            subscription.offer(event);
        }
    }

    /** Ends every subscription, later ones too; with the error, if there is one. */
    synchronized void end(@Nullable IllegalStateException error) {
        if (!ended) {
            ended = true;
            cause = error;
            open.forEach(subscription -> subscription.end(error));
        }
    }

    private synchronized BufferedSubscription<T> add(int capacity) {
        BufferedSubscription<T> subscription = new BufferedSubscription<>(queueName, capacity, open::remove);
        if (ended) {
            subscription.end(cause);
        } else {
            open.add(subscription);
        }
        return subscription;
    }

    private void run(Consumer<ReplicationEvent<T>> observer, BufferedSubscription<T> events) {
        try {
            for (ReplicationEvent<T> event : events) {
                observe(observer, event);
            }
        } catch (IllegalStateException e) {
            onObserverFailure.run();
            LOG.error("An observer of queue {} gets no more events: {}", queueName, e.getMessage());
        }
    }

    private void observe(Consumer<ReplicationEvent<T>> observer, ReplicationEvent<T> event) {
        try {
            observer.accept(event);
        } catch (Throwable e) {
            onObserverFailure.run();
            failures.add(event, e);
        } finally {
            var unused = Thread.interrupted(); // an observer that leaves its thread interrupted gets the next event
        }
    }
}
