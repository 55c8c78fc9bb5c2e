package io.taskqueue.streams;

/** Where a sink's process is killed, on the way of one effect. */
enum KillPoint {
    BEFORE_INTENT,
    INTENT_COMMITTED,
    ACTION_DONE,
    RESULT_HANDED_OVER,
    BEFORE_COMMIT,
    AFTER_COMMIT
}
