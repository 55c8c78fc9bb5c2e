package io.taskqueue.spring;

import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.streams.SinkService;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.support.AopUtils;
import org.springframework.boot.context.properties.PropertyMapper;
import org.springframework.util.unit.DataSize;

/**
 * A bean that is a sink, and how it is run. Immutable.
 *
 * @param bean the name of the bean
 * @param name the name of the sink
 * @param sink the bean
 * @param codec of its payloads
 * @param settings its properties
 * @param environment what all sinks of the application share, and what customizers change
 */
record SinkBean(
        String bean,
        String name,
        ReplicationSink<?> sink,
        PayloadCodec<?> codec,
        TaskQueueProperties.Sink settings,
        Consumer<SinkService.Builder<?>> environment) {

    SinkService start() {
        return start(sink, codec);
    }

    @SuppressWarnings("unchecked") // the codec was chosen by the type argument of the sink
    private <T> SinkService start(ReplicationSink<?> sink, PayloadCodec<T> codec) {
        SinkService.Builder<T> builder = SinkService.builder(name, (ReplicationSink<T>) sink, codec);
        builder.waitForTopic(); // so that services can be started in any order
        if (AopUtils.isAopProxy(sink)) {
            builder.fingerprint(AopProxyUtils.ultimateTargetClass(sink).getName());
        }
        apply(builder);
        environment.accept(builder);
        return builder.start();
    }

    private void apply(SinkService.Builder<?> builder) {
        PropertyMapper set = PropertyMapper.get();
        set.from(settings::fingerprint).to(builder::fingerprint);
        if (!settings.queues().isEmpty()) {
            builder.queues(settings.queues().toArray(String[]::new));
        }
        if (!settings.kinds().isEmpty()) {
            builder.kinds(settings.kinds());
        }
        TaskQueueProperties.Execution execution = settings.execution();
        set.from(execution::concurrency).to(builder::concurrency);
        set.from(execution::maxInFlight).to(builder::maxInFlight);
        set.from(execution::commitInterval).to(builder::commitInterval);
        set.from(execution::drainTimeout).to(builder::drainTimeout);
        set.from(execution::stateMemory).as(DataSize::toBytes).to(builder::stateMemory);
        TaskQueueProperties.Failures failures = settings.failures();
        set.from(failures::onGap).to(builder::onGap);
        set.from(failures::onExhausted).to(builder::onExhausted);
        set.from(failures::onPermanent).to(builder::onPermanent);
        set.from(failures::maxParked).to(builder::maxParked);
    }
}
