package io.taskqueue.streams.log;

import java.util.OptionalLong;

/**
 * While the sink runs, the log is found not to be the one that was read: the topic was recreated, or the log was shortened. What was polled
 * may be of either, and what is in flight may lie where new events are, so the partition is to be assigned again: it then begins at the
 * start of the log, after its state was adapted.
 */
public final class LogReplacedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient OptionalLong shortenedTo;

    LogReplacedException(String message, OptionalLong shortenedTo) {
        super(message);
        this.shortenedTo = shortenedTo;
    }

    /** Where the log and what was read of it part, where the topic is the same. */
    public OptionalLong shortenedTo() {
        return shortenedTo;
    }
}
