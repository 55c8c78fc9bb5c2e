package io.taskqueue.streams;

/** At which step of one effect a sink's process is killed. */
enum KillPoint {
    BEFORE_INTENT,
    INTENT_COMMITTED,
    ACTION_DONE,
    RESULT_HANDED_OVER,
    BEFORE_COMMIT,
    AFTER_COMMIT
}
