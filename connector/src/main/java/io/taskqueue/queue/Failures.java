package io.taskqueue.queue;

/** When a repeated failure is logged, so that a listener that always throws does not fill the disk. */
final class Failures {

    private Failures() {}

    /** Whether the n-th failure is logged: the 1st, 2nd, 4th, 8th and so on. */
    static boolean worthLogging(long count) {
        return Long.bitCount(count) == 1;
    }
}
