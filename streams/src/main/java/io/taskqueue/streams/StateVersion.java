package io.taskqueue.streams;

import io.taskqueue.sink.SinkStoppedException;

/** The leading byte of everything that is stored. */
final class StateVersion {

    private StateVersion() {}

    static void require(String what, byte known, byte found) {
        if (found != known) {
            throw new SinkStoppedException(
                    "A stored " + what + " has format version " + found + ", but this version of the sink knows only "
                            + known + ". Run the version that wrote it, or a newer one.",
                    null);
        }
    }
}
