package io.taskqueue.benchmarks.peers.contender;

import java.util.ArrayList;
import java.util.List;

/** Daemon threads that all do the same until their session is closed. */
public final class PeerThreads {

    private final List<Thread> threads = new ArrayList<>();

    public static PeerThreads start(String name, int count, Runnable loop) {
        PeerThreads started = new PeerThreads();
        for (int i = 0; i < count; i++) {
            Thread thread = new Thread(loop, name + "-" + i);
            thread.setDaemon(true);
            started.threads.add(thread);
        }
        started.threads.forEach(Thread::start);
        return started;
    }

    /** Waits for all of them, unless this thread is interrupted. */
    public void join() {
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
