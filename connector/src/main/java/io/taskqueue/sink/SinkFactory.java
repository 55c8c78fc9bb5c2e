package io.taskqueue.sink;

import io.taskqueue.serde.PayloadCodec;
import java.util.Map;

/**
 * Creates a sink from configuration. The {@code sink} command instantiates the class that it is given, through its public
 * constructor without parameters, and calls it on one thread.
 *
 * @param <T> the payload's type
 */
public interface SinkFactory<T> {

    /** Reads the payloads of the sink's events. */
    PayloadCodec<T> codec();

    /**
     * Creates the sink. If it is {@link AutoCloseable}, the {@code sink} command closes it after the service has stopped.
     *
     * @param configuration the pairs given on the command line as {@code --sink-config key=value}
     * @throws IllegalArgumentException if a key is unknown or a value is invalid; the message names the known keys or the
     *     expected values
     */
    ReplicationSink<T> create(Map<String, String> configuration);

    /**
     * How often and after which waits an event of this sink is retried; {@link RetryPolicy#DEFAULT} unless overridden.
     *
     * @param configuration the same as for {@link #create}
     */
    default RetryPolicy retry(Map<String, String> configuration) {
        return RetryPolicy.DEFAULT;
    }

    /**
     * When this sink considers its target unavailable and waits for it; {@link BreakerPolicy#DEFAULT} unless overridden.
     *
     * @param configuration the same as for {@link #create}
     */
    default BreakerPolicy breaker(Map<String, String> configuration) {
        return BreakerPolicy.DEFAULT;
    }

    /**
     * What this sink acts on, such as the host and path of a URL; without secrets, because it is stored and logged. Instances of one name
     * must have the same, see the option {@code --adopt}. Empty unless overridden: then only the class counts.
     *
     * @param configuration the same as for {@link #create}
     */
    default String target(Map<String, String> configuration) {
        return "";
    }
}
