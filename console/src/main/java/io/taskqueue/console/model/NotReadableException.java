package io.taskqueue.console.model;

/** What was asked for is not known: the topic that holds it may not be read, is not read yet, or holds more than is kept. */
public final class NotReadableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** @param message what cannot be read, why, and what to do, as sentences */
    public NotReadableException(String message) {
        super(message);
    }
}
