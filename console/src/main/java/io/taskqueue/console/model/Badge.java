package io.taskqueue.console.model;

/**
 * Something that is wrong.
 *
 * @param kind what; the same word wherever it is shown
 * @param text the fact, with what was found, and what to do
 */
public record Badge(Kind kind, String text) {

    /** What is wrong. */
    public enum Kind {
        NO_SINK,
        NO_OWNER,
        SOURCE_STALLED,
        FENCED,
        DIVERGED,
        LOG_CHANGED,
        BREAKER_OPEN,
        PARKED,
        UNDECODABLE,
        SINK_STOPPED,
        NOT_CONSUMING,
        GROWING,
        DEAD_TASKS
    }
}
