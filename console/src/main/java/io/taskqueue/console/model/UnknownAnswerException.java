package io.taskqueue.console.model;

/** What was asked for is unknown now, as the console may not read it, or has not read it yet; the message states why and what to do. */
public final class UnknownAnswerException extends IllegalStateException {

    private static final long serialVersionUID = 1;

    public UnknownAnswerException(String message) {
        super(message);
    }
}
