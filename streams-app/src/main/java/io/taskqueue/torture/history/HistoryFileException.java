package io.taskqueue.torture.history;

/** A file of a history cannot be written or read. The message names it and states what to do. */
public final class HistoryFileException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    HistoryFileException(String message, Throwable cause) {
        super(message, cause);
    }

    HistoryFileException(String message) {
        super(message);
    }
}
