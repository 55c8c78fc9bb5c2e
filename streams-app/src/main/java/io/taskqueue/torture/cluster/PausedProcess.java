package io.taskqueue.torture.cluster;

import io.taskqueue.cli.shared.ShutdownSignal;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * A child that does not run for a while: SIGSTOP, and SIGCONT when this is closed. A shell sends both signals and waits in between for
 * its standard input, which also ends with this process; so no child remains stopped when this process is killed.
 */
public final class PausedProcess implements AutoCloseable {

    private static final String SCRIPT =
            "kill -STOP \"$1\" || exit 1; echo stopped; read unused; kill -CONT \"$1\" 2>/dev/null";

    private final Process shell;

    private PausedProcess(Process shell) {
        this.shell = shell;
    }

    /** Stops the child, and returns when the signal has been sent. */
    public static PausedProcess stop(TortureProcess child) throws IOException {
        Process shell = new ProcessBuilder("sh", "-c", SCRIPT, "pause", String.valueOf(child.pid()))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (shell.getInputStream().read() < 0) {
            shell.destroy();
            throw new IOException("The signal SIGSTOP could not be sent to " + child + ": it has ended.");
        }
        return new PausedProcess(shell);
    }

    /** Waits while the child stands still; shorter if this process is asked to end. */
    public void hold(ShutdownSignal shutdown, Duration lasts) throws InterruptedException {
        var unusedSignal = shutdown.await(lasts);
    }

    /** Lets the child run again, if it still exists. */
    @Override
    public void close() throws IOException {
        shell.getOutputStream().close();
        try {
            shell.waitFor(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
