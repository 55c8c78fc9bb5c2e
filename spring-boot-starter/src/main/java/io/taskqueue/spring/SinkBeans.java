package io.taskqueue.spring;

import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.streams.SinkService;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.ResolvableType;

/** Finds the beans that are sinks, with their settings and the types of their payloads. */
final class SinkBeans {

    private static final Logger LOG = LoggerFactory.getLogger(SinkBeans.class);

    private final ConfigurableListableBeanFactory beans;
    private final TaskQueueProperties properties;
    private final PayloadCodecs codecs;

    SinkBeans(ConfigurableListableBeanFactory beans, TaskQueueProperties properties, PayloadCodecs codecs) {
        this.beans = beans;
        this.properties = properties;
        this.codecs = codecs;
    }

    /** @param environment what is set for each sink, which is given by its name */
    List<SinkBean> find(BiConsumer<String, SinkService.Builder<?>> environment) {
        List<SinkBean> found = new ArrayList<>();
        Set<String> unused = new TreeSet<>(properties.sinks().keySet());
        for (String bean : beans.getBeanNamesForType(ReplicationSink.class)) {
            unused.remove(bean);
            TaskQueueProperties.Sink settings = properties.sink(bean);
            if (settings.enabled()) {
                String name = settings.name() == null ? bean : settings.name();
                ReplicationSink<?> sink = beans.getBean(bean, ReplicationSink.class);
                found.add(new SinkBean(
                        bean,
                        name,
                        sink,
                        codec(bean, sink, settings),
                        settings,
                        builder -> environment.accept(name, builder)));
            }
        }
        if (!unused.isEmpty()) {
            LOG.warn(
                    "taskqueue.sinks has settings of {}, but no bean of that name is a ReplicationSink. The sinks of this"
                            + " application are {}.",
                    unused,
                    found.stream().map(SinkBean::bean).toList());
        }
        return found;
    }

    private PayloadCodec<?> codec(String bean, ReplicationSink<?> sink, TaskQueueProperties.Sink settings) {
        String type = settings.payloadType();
        if (type != null) {
            return codecs.of(QueueBeansRegistrar.payloadType("sinks." + bean, type, beans.getBeanClassLoader()));
        }
        ResolvableType payload = payload(declaredType(bean));
        if (payload.resolve() == null) {
            payload = payload(ResolvableType.forInstance(sink));
        }
        if (payload.resolve() == null) {
            throw new TaskQueueConfigurationException("The type of the payloads of sink " + bean
                    + " is unknown: the type of the bean has no type argument of ReplicationSink. Declare it, as in"
                    + " '@Bean ReplicationSink<Order> " + bean + "()', or set taskqueue.sinks." + bean
                    + ".payload-type.");
        }
        return codecs.of(payload, "the events of sink " + bean);
    }

    private ResolvableType declaredType(String bean) {
        return beans.containsBeanDefinition(bean)
                ? beans.getMergedBeanDefinition(bean).getResolvableType()
                : ResolvableType.NONE;
    }

    private static ResolvableType payload(ResolvableType sink) {
        return sink.as(ReplicationSink.class).getGeneric(0);
    }
}
