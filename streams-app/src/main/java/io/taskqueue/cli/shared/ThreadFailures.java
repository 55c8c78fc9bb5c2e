package io.taskqueue.cli.shared;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The first throwable that ended a thread of this process without being handled: such a command must not continue as if the thread
 * still worked. Thread-safe.
 *
 * <p>Open it before the threads start. Until it is closed it receives what ends any thread that has no handler of its own, those of
 * libraries too.
 */
public final class ThreadFailures implements Thread.UncaughtExceptionHandler, AutoCloseable {

    private final Thread.@Nullable UncaughtExceptionHandler before;
    private final AtomicReference<@Nullable CommandFailedException> first = new AtomicReference<>();

    private ThreadFailures(Thread.@Nullable UncaughtExceptionHandler before) {
        this.before = before;
    }

    public static ThreadFailures listen() {
        ThreadFailures failures = new ThreadFailures(Thread.getDefaultUncaughtExceptionHandler());
        Thread.setDefaultUncaughtExceptionHandler(failures);
        return failures;
    }

    @Override
    public void uncaughtException(Thread thread, Throwable cause) {
        first.compareAndSet(null, failure(thread, cause));
    }

    /** Starts a daemon thread whose end by a throwable is recorded here. */
    public Thread start(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.setUncaughtExceptionHandler(this);
        thread.start();
        return thread;
    }

    /** @throws CommandFailedException if a thread was ended by a throwable */
    public void requireNone() {
        CommandFailedException failure = first.get();
        if (failure != null) {
            throw failure;
        }
    }

    /** The failure of a command whose thread was ended by a throwable. */
    public static CommandFailedException failure(Thread thread, Throwable cause) {
        return new CommandFailedException(
                ExitCode.FAILED,
                "The thread " + thread.getName() + " of this process ended with " + cause
                        + ", so the command cannot continue. " + remedy(cause),
                cause);
    }

    private static String remedy(Throwable cause) {
        return cause instanceof OutOfMemoryError
                ? "Give it more memory: JAVA_TOOL_OPTIONS=-Xmx…."
                : "Start it again; if that repeats, report this message.";
    }

    @Override
    public void close() {
        Thread.setDefaultUncaughtExceptionHandler(before);
    }
}
