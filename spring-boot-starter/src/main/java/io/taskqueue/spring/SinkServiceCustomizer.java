package io.taskqueue.spring;

import io.taskqueue.streams.SinkService;

/**
 * A bean that changes how sinks run, after their properties were applied: retries, rate limits, the circuit breaker, and whatever else has
 * no property. All beans of this type are called for each sink, in their order, each time the sink starts.
 */
@FunctionalInterface
public interface SinkServiceCustomizer {

    /**
     * Changes a sink.
     *
     * @param sink the name of the sink
     */
    void customize(String sink, SinkService.Builder<?> builder);
}
