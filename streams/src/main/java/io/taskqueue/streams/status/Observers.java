package io.taskqueue.streams.status;

import io.taskqueue.logging.LogFields;
import io.taskqueue.queue.CallbackFailures;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Passes applied events to observers, each on a thread of its own behind a bounded queue. Thread-safe. */
public final class Observers implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Observers.class);
    static final int CAPACITY = 4_096;

    private final List<Observer> observers = new CopyOnWriteArrayList<>();
    private final String sink;
    private final Runnable onFailure;
    private final CallbackFailures failures;

    /** @param onFailure counts each failure of an observer */
    Observers(String sink, Runnable onFailure) {
        this.sink = sink;
        this.onFailure = onFailure;
        this.failures = new CallbackFailures(
                "An observer of sink " + sink, "it still gets the next event. Correct the observer");
    }

    /**
     * Adds an observer.
     *
     * @param missed is given the number of events that the observer missed, on its thread, before the next event
     * @return removes it
     */
    public AutoCloseable add(Consumer<? super AppliedEvent<?>> consumer, LongConsumer missed) {
        Observer observer = new Observer(consumer, missed);
        observers.add(observer);
        observer.thread.start();
        return () -> {
            observers.remove(observer);
            observer.close();
        };
    }

    /** Whether there is an observer. */
    public boolean any() {
        return !observers.isEmpty();
    }

    /** Passes an event to all observers. Never waits: an observer whose queue is full misses the event. */
    public void offer(AppliedEvent<?> event) {
        for (Observer observer : observers) {
            observer.offer(event);
        }
    }

    @Override
    public void close() {
        observers.forEach(Observer::close);
        observers.clear();
    }

    private final class Observer implements Runnable {

        private final BlockingQueue<AppliedEvent<?>> waiting = new ArrayBlockingQueue<>(CAPACITY);
        private final Consumer<? super AppliedEvent<?>> consumer;
        private final LongConsumer missed;
        private final AtomicLong misses = new AtomicLong();
        private final Thread thread;
        private volatile boolean closed;

        private Observer(Consumer<? super AppliedEvent<?>> consumer, LongConsumer missed) {
            this.consumer = consumer;
            this.missed = missed;
            this.thread = new Thread(LogFields.ofSink(sink).around(this), sink + "-observer");
            thread.setDaemon(true);
        }

        private void offer(AppliedEvent<?> event) {
            if (!waiting.offer(event)) {
                misses.incrementAndGet();
            }
        }

        private void close() {
            closed = true;
            thread.interrupt();
        }

        @Override
        public void run() {
            while (!closed) {
                try {
                    pass(waiting.take());
                } catch (InterruptedException interrupted) { // closed, or by the observer itself
                    LOG.debug("An observer of sink {} was interrupted", sink);
                }
            }
        }

        private void pass(AppliedEvent<?> event) {
            try {
                long missedNow = misses.getAndSet(0);
                if (missedNow > 0) {
                    missed.accept(missedNow);
                }
                consumer.accept(event);
            } catch (Throwable e) { // the user's code may throw anything
                onFailure.run();
                failures.add(event.event(), e);
            }
        }
    }
}
