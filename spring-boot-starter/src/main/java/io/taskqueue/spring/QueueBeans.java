package io.taskqueue.spring;

import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.source.ReplicationSource;
import io.taskqueue.source.SourceGroup;
import io.taskqueue.source.recovery.Recovery;
import java.util.List;
import java.util.Optional;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.PropertyMapper;
import org.springframework.util.unit.DataSize;

/** Builds the queues of {@code taskqueue.queues} and their sources, which are not started here. Thread-safe. */
final class QueueBeans {

    private final TaskQueueProperties properties;
    private final ObjectProvider<SourceGroup> group;
    private final PayloadCodecs codecs;
    private final List<TaskQueueCustomizer> queueCustomizers;
    private final List<ReplicationSourceCustomizer> sourceCustomizers;

    QueueBeans(
            TaskQueueProperties properties,
            ObjectProvider<SourceGroup> group,
            PayloadCodecs codecs,
            List<TaskQueueCustomizer> queueCustomizers,
            List<ReplicationSourceCustomizer> sourceCustomizers) {
        this.properties = properties;
        this.group = group;
        this.codecs = codecs;
        this.queueCustomizers = List.copyOf(queueCustomizers);
        this.sourceCustomizers = List.copyOf(sourceCustomizers);
    }

    <T> TaskQueue<T> queue(String name, Class<T> payload) {
        TaskQueueProperties.Queue settings = settings(name);
        TaskQueue.Builder<T> builder = TaskQueue.builder(name);
        PropertyMapper set = PropertyMapper.get();
        set.from(settings::capacity).to(builder::capacity);
        set.from(settings::maxAttempts).to(builder::maxAttempts);
        set.from(settings::leaseDuration).to(builder::leaseDuration);
        set.from(settings::heartbeatInterval).to(builder::heartbeatInterval);
        set.from(settings::requeueDelay).to(builder::requeueDelay);
        set.from(settings::closeGrace).to(builder::closeGrace);
        queueCustomizers.forEach(customizer -> customizer.customize(name, builder));
        return builder.build();
    }

    <T> ReplicationSource<T> source(TaskQueue<T> queue, Class<T> payload) {
        TaskQueueProperties.Replication settings = settings(queue.name()).replication();
        PayloadCodec<T> codec = codecs.of(payload);
        ReplicationSource.Builder<T> builder =
                ReplicationSource.builder(queue, codec).group(group.getObject());
        PropertyMapper set = PropertyMapper.get();
        set.from(settings::ownerPeer).to(peer -> builder.ownerPeer(peer));
        set.from(settings::bufferEvents).to(builder::bufferEvents);
        set.from(settings::bufferSize).as(DataSize::toBytes).to(builder::bufferBytes);
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
