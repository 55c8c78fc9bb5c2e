package io.taskqueue.cli.shared;

/** Ends a command with an exit code and a message that states the fact, what was found and the remedy. */
public final class CommandFailedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int exitCode;

    public CommandFailedException(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    public CommandFailedException(int exitCode, String message, Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    /** One of the codes of {@link ExitCode}. */
    public int exitCode() {
        return exitCode;
    }
}
