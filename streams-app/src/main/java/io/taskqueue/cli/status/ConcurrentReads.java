package io.taskqueue.cli.status;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Reads several things side by side: each read is mostly waiting for the cluster. */
final class ConcurrentReads {

    private static final int MOST_THREADS = 8;

    /** A read. */
    interface Read<K, V> {

        V of(K key) throws InterruptedException;
    }

    private ConcurrentReads() {}

    /** What was read of each key, in the order of the keys. Throws what the first read that failed, by that order, has thrown. */
    static <K, V> List<V> inOrder(List<K> keys, Read<K, V> read) throws InterruptedException {
        if (keys.isEmpty()) {
            return List.of();
        }
        ExecutorService threads = Executors.newFixedThreadPool(Math.min(MOST_THREADS, keys.size()));
        try {
            List<Future<V>> running = new ArrayList<>();
            for (K key : keys) {
                running.add(threads.submit(() -> read.of(key)));
            }
            List<V> values = new ArrayList<>();
            for (Future<V> one : running) {
                values.add(one.get());
            }
            return values;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException unchecked) {
                throw unchecked;
            }
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw new IllegalStateException("A read was interrupted.", e.getCause());
        } finally {
            threads.shutdownNow();
        }
    }
}
