package io.taskqueue.torture.check;

/** A history lacks what every check needs. The message names it and states what to do. */
public final class IncompleteHistoryException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    IncompleteHistoryException(String message) {
        super(message);
    }
}
