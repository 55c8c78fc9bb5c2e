package io.taskqueue.sink.store;

/** A store of checkpoints or results could not be read or written. A transient failure: the event is retried. */
public final class SinkStoreException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public SinkStoreException(String message) {
        super(message);
    }

    public SinkStoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
