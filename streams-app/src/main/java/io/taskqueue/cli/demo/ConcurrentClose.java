package io.taskqueue.cli.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Closes what is independent of each other at the same time, because each part waits for Kafka. */
final class ConcurrentClose {

    private ConcurrentClose() {}

    /**
     * Returns when all are closed. An interruption does not end the waiting, and the thread stays interrupted.
     *
     * @throws IllegalStateException if a part could not be closed; the others are
     */
    static void all(List<? extends AutoCloseable> parts) {
        if (parts.isEmpty()) {
            return;
        }
        ExecutorService threads = Executors.newFixedThreadPool(parts.size());
        List<Future<?>> closing = new ArrayList<>();
        for (AutoCloseable part : parts) {
            Callable<Void> close = () -> {
                part.close();
                return null;
            };
            closing.add(threads.submit(close));
        }
        threads.shutdown();
        await(closing);
    }

    private static void await(List<Future<?>> closing) {
        ExecutionException failed = null;
        boolean interrupted = false;
        for (Future<?> each : closing) {
            boolean done = false;
            while (!done) {
                try {
                    each.get();
                    done = true;
                } catch (ExecutionException e) {
                    failed = e;
                    done = true;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (failed != null) {
            throw new IllegalStateException(
                    "A part of the demo could not be stopped: " + failed.getCause(), failed.getCause());
        }
    }
}
