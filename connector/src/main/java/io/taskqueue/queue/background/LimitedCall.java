package io.taskqueue.queue.background;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A call that may run the user's code, which may never return: it runs on a thread of its own, a daemon, and its caller waits for it no longer
 * than a limit.
 */
public final class LimitedCall {

    private static final long INTERRUPTED_GRACE_NANOS = TimeUnit.SECONDS.toNanos(2);

    private LimitedCall() {}

    /**
     * Runs a call. An interruption of the caller is passed on to the call, which is then waited for a grace only, and is kept. What the call throws
     * is thrown here, if it is waited for until then. Where the process has no further thread, it runs on that of the caller.
     *
     * @return whether the call has ended
     */
    public static boolean run(String thread, Runnable call, long limitNanos) {
        FutureTask<Boolean> running = new FutureTask<>(call, true);
        Thread own = new Thread(running, thread);
        own.setDaemon(true);
        try {
            own.start();
        } catch (OutOfMemoryError e) {
            running.run();
        }
        return await(running, own, limitNanos);
    }

    private static boolean await(FutureTask<Boolean> running, Thread own, long limitNanos) {
        boolean interrupted = false;
        long left = limitNanos;
        try {
            while (true) {
                try {
                    return running.get(left, TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    interrupted = true;
                    own.interrupt();
                    left = Math.min(limitNanos, INTERRUPTED_GRACE_NANOS);
                }
            }
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            if (e.getCause() instanceof Error failure) {
                throw failure;
            }
            throw new IllegalStateException("A call that throws no checked exception threw one. This is a defect.", e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
