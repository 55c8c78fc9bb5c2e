package io.taskqueue.spring;

import io.taskqueue.source.ReplicationSource;

/**
 * A bean that changes how the sources of {@code taskqueue.queues} are built, after their properties were applied. They are in one {@link
 * io.taskqueue.source.SourceGroup}, so what all sources of a group share cannot be changed here, see {@link SourceGroupCustomizer}. All
 * beans of this type are called, in their order.
 */
@FunctionalInterface
public interface ReplicationSourceCustomizer {

    /**
     * Changes a source.
     *
     * @param queue the name of its queue
     */
    void customize(String queue, ReplicationSource.Builder<?> builder);
}
