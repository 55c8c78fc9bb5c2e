package io.taskqueue.streams.status;

import io.taskqueue.streams.rate.RateLimit;
import java.util.Optional;

/**
 * What an instance of a sink has to do at one moment, and how fast it may.
 *
 * @param inFlight events that it has read and not applied yet
 * @param waiting those of them that wait for a permit of the rate limit
 * @param limit the rate limit in force, of all instances together; empty where it is unknown, because an older version reported
 */
public record SinkLoad(long inFlight, long waiting, Optional<RateLimit> limit) {

    /** Nothing waits, and nothing is limited. */
    public static SinkLoad unlimited(long inFlight) {
        return new SinkLoad(inFlight, 0, Optional.of(RateLimit.NONE));
    }
}
