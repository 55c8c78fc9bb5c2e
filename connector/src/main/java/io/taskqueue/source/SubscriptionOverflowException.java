package io.taskqueue.source;

import io.taskqueue.event.Position;

/** A subscriber was slower than the queue for too long; its subscription ends here, and everything before was delivered. */
public final class SubscriptionOverflowException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    private final transient Position firstMissed;

    SubscriptionOverflowException(String queueName, int capacity, Position firstMissed) {
        super("A subscription to queue " + queueName + " ended at event " + firstMissed + ": " + capacity
                + " events were waiting for its reader. Read faster, request a larger capacity with events(capacity), or read"
                + " the topic, which keeps every event.");
        this.firstMissed = firstMissed;
    }

    /** The first event that the subscriber did not receive. */
    public Position firstMissed() {
        return firstMissed;
    }
}
