package io.taskqueue.streams;

import java.util.function.BiConsumer;

/**
 * The group of all threads that a sink service starts, those of Kafka Streams included. It is notified where one of them ends with an
 * exception: Kafka Streams reports those of its stream threads only, and none of those that restore state, where an {@link Error} ends
 * the thread in silence and leaves the sink starting forever.
 */
final class SinkThreads extends ThreadGroup {

    private final BiConsumer<Thread, Throwable> onFailure;

    /** @param onFailure called on the thread that ends */
    SinkThreads(String sink, BiConsumer<Thread, Throwable> onFailure) {
        super(sink);
        this.onFailure = onFailure;
    }

    @Override
    public void uncaughtException(Thread thread, Throwable thrown) {
        onFailure.accept(thread, thrown);
    }
}
