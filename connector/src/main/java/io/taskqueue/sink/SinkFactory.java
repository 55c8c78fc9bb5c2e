package io.taskqueue.sink;

import io.taskqueue.serde.PayloadCodec;
import java.util.Map;

/**
 * Makes a sink from configuration: what the {@code sink} command calls for a class of yours. Needs a public constructor
 * without parameters.
 *
 * @param <T> the payload's type
 */
public interface SinkFactory<T> {

    /** How the sink's payloads are read. */
    PayloadCodec<T> codec();

    /**
     * The sink. Where it is {@link AutoCloseable}, the {@code sink} command closes it once the service has stopped.
     *
     * @param configuration what was given on the command line as {@code --sink-config key=value}; a key that the factory does
     *     not know is refused with an {@link IllegalArgumentException} that names the known ones
     */
    ReplicationSink<T> create(Map<String, String> configuration);

    /**
     * How often, and after what waits, an event of this sink is tried again; {@link RetryPolicy#DEFAULT} unless overridden.
     *
     * @param configuration the same as for {@link #create}
     */
    default RetryPolicy retry(Map<String, String> configuration) {
        return RetryPolicy.DEFAULT;
    }

    /**
     * When this sink takes its target for dead and waits; {@link BreakerPolicy#DEFAULT} unless overridden.
     *
     * @param configuration the same as for {@link #create}
     */
    default BreakerPolicy breaker(Map<String, String> configuration) {
        return BreakerPolicy.DEFAULT;
    }
}
