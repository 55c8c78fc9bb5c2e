package io.taskqueue.streams;

import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hands applied events to those who watch, each on a thread of its own behind a bounded queue. Thread-safe. */
final class Observers implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Observers.class);
    static final int BOUND = 4_096;

    private final List<Observer> observers = new CopyOnWriteArrayList<>();
    private final String sink;

    Observers(String sink) {
        this.sink = sink;
    }

    AutoCloseable add(Consumer<? super AppliedEvent<?>> consumer, LongConsumer missed) {
        Observer observer = new Observer(consumer, missed);
        observers.add(observer);
        observer.thread.start();
        return () -> {
            observers.remove(observer);
            observer.thread.interrupt();
        };
    }

    boolean any() {
        return !observers.isEmpty();
    }

    /** Never waits: an observer that is behind misses the event. */
    void offer(AppliedEvent<?> event) {
        observers.forEach(observer -> observer.offer(event));
    }

    @Override
    public void close() {
        observers.forEach(observer -> observer.thread.interrupt());
        observers.clear();
    }

    private final class Observer implements Runnable {

        private final BlockingQueue<AppliedEvent<?>> waiting = new ArrayBlockingQueue<>(BOUND);
        private final Consumer<? super AppliedEvent<?>> consumer;
        private final LongConsumer missed;
        private final AtomicLong misses = new AtomicLong();
        private final Thread thread;

        Observer(Consumer<? super AppliedEvent<?>> consumer, LongConsumer missed) {
            this.consumer = consumer;
            this.missed = missed;
            this.thread = new Thread(this, sink + "-observer");
            thread.setDaemon(true);
        }

        void offer(AppliedEvent<?> event) {
            if (!waiting.offer(event)) {
                misses.incrementAndGet();
            }
        }

        @Override
        public void run() {
            try {
                while (!Thread.currentThread().isInterrupted()) {
                    hand(waiting.take());
                }
            } catch (InterruptedException closed) {
                LOG.debug("An observer of sink {} ended", sink);
            }
        }

        private void hand(AppliedEvent<?> event) {
            try {
                long missedNow = misses.getAndSet(0);
                if (missedNow > 0) {
                    missed.accept(missedNow);
                }
                consumer.accept(event);
            } catch (RuntimeException e) {
                LOG.warn("An observer of sink {} threw on {}; it goes on with the next event", sink, event.event(), e);
            }
        }
    }
}
