package io.taskqueue.spring;

import static io.taskqueue.spring.TaskQueueProperties.ifSet;

import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.source.ReplicationSource;
import io.taskqueue.source.SourceGroup;
import io.taskqueue.source.recovery.Recovery;
import io.taskqueue.tracing.Tracing;
import java.util.List;
import java.util.Optional;
import org.springframework.beans.factory.ObjectProvider;

/** Builds the queues of {@code taskqueue.queues} and their sources, which are not started here. Thread-safe. */
final class QueueBeans {

    private final TaskQueueProperties properties;
    private final ObjectProvider<SourceGroup> group;
    private final PayloadCodecs codecs;
    private final Tracing tracing;
    private final List<TaskQueueCustomizer> queueCustomizers;
    private final List<ReplicationSourceCustomizer> sourceCustomizers;

    QueueBeans(
            TaskQueueProperties properties,
            ObjectProvider<SourceGroup> group,
            PayloadCodecs codecs,
            Tracing tracing,
            List<TaskQueueCustomizer> queueCustomizers,
            List<ReplicationSourceCustomizer> sourceCustomizers) {
        this.properties = properties;
        this.group = group;
        this.codecs = codecs;
        this.tracing = tracing;
        this.queueCustomizers = List.copyOf(queueCustomizers);
        this.sourceCustomizers = List.copyOf(sourceCustomizers);
    }

    <T> TaskQueue<T> queue(String name, Class<T> payload) {
        TaskQueueProperties.Queue settings = settings(name);
        TaskQueue.Builder<T> builder = TaskQueue.<T>builder(name).tracing(tracing);
        ifSet(settings.capacity(), builder::capacity);
        ifSet(settings.maxAttempts(), builder::maxAttempts);
        ifSet(settings.leaseDuration(), builder::leaseDuration);
        ifSet(settings.heartbeatInterval(), builder::heartbeatInterval);
        ifSet(settings.requeueDelay(), builder::requeueDelay);
        ifSet(settings.closeGrace(), builder::closeGrace);
        queueCustomizers.forEach(customizer -> customizer.customize(name, builder));
        return builder.build();
    }

    <T> ReplicationSource<T> source(TaskQueue<T> queue, Class<T> payload) {
        TaskQueueProperties.Replication settings = settings(queue.name()).replication();
        PayloadCodec<T> codec = codecs.of(payload);
        ReplicationSource.Builder<T> builder =
                ReplicationSource.builder(queue, codec).group(group.getObject());
        ifSet(settings.ownerPeer(), peer -> builder.ownerPeer(peer));
        ifSet(settings.payload(), builder::payload);
        ifSet(settings.bufferEvents(), builder::bufferEvents);
        ifSet(settings.bufferSize(), size -> builder.bufferBytes(size.toBytes()));
        if (settings.recover()) {
            builder.recover(Recovery.standard());
        }
        sourceCustomizers.forEach(customizer -> customizer.customize(queue.name(), builder));
        return builder.build();
    }

    private TaskQueueProperties.Queue settings(String queue) {
        return Optional.ofNullable(properties.queues().get(queue)).orElseThrow();
    }
}
