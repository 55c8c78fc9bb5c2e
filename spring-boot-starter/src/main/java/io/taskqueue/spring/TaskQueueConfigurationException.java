package io.taskqueue.spring;

/** A queue or a sink of the application cannot be created from its properties and beans; the message states what to change. */
public final class TaskQueueConfigurationException extends IllegalStateException {

    private static final long serialVersionUID = 1;

    TaskQueueConfigurationException(String message) {
        super(message);
    }

    TaskQueueConfigurationException(String message, Throwable cause) {
        super(message, cause);
    }
}
