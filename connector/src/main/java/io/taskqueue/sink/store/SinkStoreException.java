package io.taskqueue.sink.store;

/** A store of checkpoints or results did not answer. Counts as a failure for now: the event is tried again. */
public final class SinkStoreException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public SinkStoreException(String message) {
        super(message);
    }

    public SinkStoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
