package io.taskqueue.source.registry;

/** The registry no longer holds what it held: records were lost, or the topic was recreated. */
public final class RegistryLostException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    RegistryLostException(String message) {
        super(message);
    }
}
