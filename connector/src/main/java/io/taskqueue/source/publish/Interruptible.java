package io.taskqueue.source.publish;

import org.jspecify.annotations.Nullable;

/**
 * Calls of one thread at a time that another may interrupt, while the thread itself serves others as well: an interruption reaches the call for
 * which it was meant, or nothing. Thread-safe.
 *
 * <p>Public for the other packages of this project; not part of the API.
 */
public final class Interruptible {

    private @Nullable Thread calling;
    private boolean interrupted;

    /** The calling thread begins a call. */
    public synchronized void begin() {
        calling = Thread.currentThread();
    }

    /** The call has ended; what it has left of an interruption is not for what follows. */
    public synchronized void end() {
        calling = null;
        if (interrupted) {
            interrupted = false;
            var unused = Thread.interrupted();
        }
    }

    /** Interrupts the call that is under way, if there is one and it is not that of the calling thread. */
    public synchronized void interrupt() {
        Thread thread = calling;
        if (thread != null && thread != Thread.currentThread()) {
            interrupted = true;
            thread.interrupt();
        }
    }
}
