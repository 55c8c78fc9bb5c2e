package io.taskqueue.spring;

import io.taskqueue.source.SourceGroup;

/**
 * A bean that changes what all sources of the application share, after the properties were applied: Kafka's properties, topics, meters,
 * time. All beans of this type are called, in their order.
 */
@FunctionalInterface
public interface SourceGroupCustomizer {

    /** Changes the group. */
    void customize(SourceGroup.Builder builder);
}
