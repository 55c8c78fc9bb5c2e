package io.taskqueue.cli.dispatch;

/**
 * A task as a line of the input.
 *
 * @param key the key of the task, with the number of the line
 * @param json the line, one JSON value
 */
record TaskLine(LineKey key, String json) {

    /** The number of the line, counted from 1. */
    long number() {
        return key.line();
    }
}
