package io.taskqueue.queue;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A call on a thread of its own, which may be waiting. */
final class Caller<R> {

    private final CompletableFuture<R> result = new CompletableFuture<>();
    private final Thread thread;

    private Caller(Callable<R> call) {
        thread = new Thread(() -> {
            try {
                result.complete(call.call());
            } catch (Throwable e) {
                result.completeExceptionally(e);
            }
        });
        thread.setDaemon(true);
    }

    static <R> Caller<R> start(Callable<R> call) {
        Caller<R> caller = new Caller<>(call);
        caller.thread.start();
        return caller;
    }

    /** Starts a call and returns once it waits. */
    static <R> Caller<R> startWaiting(Callable<R> call) {
        Caller<R> caller = start(call);
        await().atMost(Duration.ofSeconds(20))
                .until(() -> caller.thread.getState() == Thread.State.WAITING
                        || caller.thread.getState() == Thread.State.TIMED_WAITING);
        return caller;
    }

    void interrupt() {
        thread.interrupt();
    }

    boolean done() {
        return result.isDone();
    }

    R result() throws Exception {
        return result.get(20, TimeUnit.SECONDS);
    }
}
