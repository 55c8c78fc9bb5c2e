package io.taskqueue.queue;

import java.time.Clock;
import java.time.Instant;

/** The only time that a queue knows: monotonic for its deadlines, instants for its events. */
record QueueClock(Clock clock, Ticker ticker) {

    Instant instant() {
        return clock.instant();
    }

    long nanos() {
        return ticker.nanos();
    }
}
