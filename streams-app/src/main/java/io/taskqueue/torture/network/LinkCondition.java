package io.taskqueue.torture.network;

import java.time.Duration;

/** What the network does to the connections through a proxy. */
public sealed interface LinkCondition {

    /** Everything arrives. */
    record Open() implements LinkCondition {}

    /** Existing connections are reset, and new ones as well. */
    record Cut() implements LinkCondition {}

    /** Everything arrives, later. */
    record Slow(Duration delay) implements LinkCondition {

        /** @throws IllegalArgumentException if the delay is not positive */
        public Slow {
            if (delay.isNegative() || delay.isZero()) {
                throw new IllegalArgumentException(
                        "The delay of a slow link is more than 0, but " + delay + " was given.");
            }
        }
    }

    /**
     * The server has lost its connections and the client is not told, as after a crash of a router: what it sends disappears, and no
     * answer comes. New connections are accepted and lead nowhere. They stay that way until the client closes them.
     */
    record HalfOpen() implements LinkCondition {}

    /** Requests arrive; a connection is reset when the first byte of an answer would arrive. */
    record AnswersLost() implements LinkCondition {}
}
