package io.taskqueue.spring;

import static io.taskqueue.spring.TaskQueueProperties.ifSet;

import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.streams.SinkService;
import java.util.function.Consumer;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.support.AopUtils;

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
        ifSet(settings.fingerprint(), builder::fingerprint);
        if (!settings.queues().isEmpty()) {
            builder.queues(settings.queues().toArray(String[]::new));
        }
        if (!settings.kinds().isEmpty()) {
            builder.kinds(settings.kinds());
        }
        TaskQueueProperties.Execution execution = settings.execution();
        ifSet(execution.concurrency(), builder::concurrency);
        ifSet(execution.maxInFlight(), builder::maxInFlight);
        ifSet(execution.commitInterval(), builder::commitInterval);
        ifSet(execution.drainTimeout(), builder::drainTimeout);
        ifSet(execution.stateMemory(), size -> builder.stateMemory(size.toBytes()));
        TaskQueueProperties.Failures failures = settings.failures();
        ifSet(failures.onGap(), builder::onGap);
        ifSet(failures.onExhausted(), builder::onExhausted);
        ifSet(failures.onPermanent(), builder::onPermanent);
        ifSet(failures.maxParked(), builder::maxParked);
    }
}
