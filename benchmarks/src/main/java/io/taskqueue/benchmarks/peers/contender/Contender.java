package io.taskqueue.benchmarks.peers.contender;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A way to keep tasks durably and to have workers perform them. */
public interface Contender {

    String name();

    /** What it is and with which settings, for the note below the tables. */
    String description();

    /** What it keeps when all tasks have ended. */
    String keeps();

    /** The server that keeps its tasks. */
    TaskServer server();

    /** How many times fewer tasks than the fastest it performs in a round that takes as long. */
    int slowness();

    /** Starts workers on new or existing tasks. */
    Session open(Place place) throws Exception;

    /**
     * Where a session keeps its tasks, and who performs them.
     *
     * @param name unique, unless it is that of an earlier session, whose remaining tasks are performed as well
     * @param existing whether there was an earlier session
     * @param workers how many tasks are performed at once
     * @param work performs a task
     */
    record Place(String name, boolean existing, int workers, Work work) {}

    /** Performs the task with a number. Thread-safe. */
    @FunctionalInterface
    interface Work {
        void perform(int task) throws InterruptedException;
    }

    /** Tasks and their workers. Its methods are called by one thread. */
    interface Session extends AutoCloseable {

        /**
         * Enqueues a task; may collect several, and may wait for room.
         *
         * @param confirmed called by any thread: without an error when the task is durable
         */
        void enqueue(int task, String payload, Consumer<@Nullable Throwable> confirmed) throws Exception;

        /** Hands over what {@link #enqueue} has collected. */
        void flush() throws Exception;

        /** Returns when the server has the end of each of a number of tasks. */
        void awaitEnded(int tasks) throws Exception;

        @Override
        void close();
    }
}
