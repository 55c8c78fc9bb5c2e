package io.taskqueue.spring;

import io.taskqueue.queue.TaskQueue;
import io.taskqueue.source.ReplicationSource;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryAware;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.beans.factory.support.AutowireCandidateQualifier;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.EnvironmentAware;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.core.ResolvableType;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotationMetadata;
import org.springframework.util.ClassUtils;

/**
 * Registers two beans for each queue of {@code taskqueue.queues}, here for {@code orders} with payloads of the type {@code Order}:
 *
 * <pre>
 *   ordersTaskQueue            TaskQueue&lt;Order&gt;            qualifier "orders"
 *   ordersReplicationSource    ReplicationSource&lt;Order&gt;    qualifier "orders"
 * </pre>
 *
 * <p>A class, because the beans are known only from the properties. Used by Spring while it reads the configuration.
 */
final class QueueBeansRegistrar implements ImportBeanDefinitionRegistrar, EnvironmentAware, BeanFactoryAware {

    private static final String QUEUE_SUFFIX = "TaskQueue";
    private static final String SOURCE_SUFFIX = "ReplicationSource";

    private @Nullable Environment environment;
    private @Nullable ConfigurableBeanFactory beans;

    @Override
    public void setEnvironment(Environment environment) {
        this.environment = environment;
    }

    @Override
    public void setBeanFactory(BeanFactory factory) {
        this.beans = (ConfigurableBeanFactory) factory;
    }

    @Override
    public void registerBeanDefinitions(AnnotationMetadata importing, BeanDefinitionRegistry registry) {
        ConfigurableBeanFactory factory = Objects.requireNonNull(beans);
        Binder.get(Objects.requireNonNull(environment))
                .bind(TaskQueueProperties.PREFIX, TaskQueueProperties.class)
                .ifBound(properties -> properties.queues().forEach((name, queue) -> {
                    Class<?> payload = payloadType("queues." + name, queue.payloadType(), factory.getBeanClassLoader());
                    register(registry, factory, name, payload);
                }));
    }

    private static <T> void register(
            BeanDefinitionRegistry registry, BeanFactory factory, String name, Class<T> payload) {
        RootBeanDefinition queue = definition(name, TaskQueue.class, payload, () -> factory.getBean(QueueBeans.class)
                .queue(name, payload));
        registry.registerBeanDefinition(name + QUEUE_SUFFIX, queue);
        RootBeanDefinition source =
                definition(name, ReplicationSource.class, payload, () -> source(factory, name, payload));
        source.setDependsOn(name + QUEUE_SUFFIX);
        registry.registerBeanDefinition(name + SOURCE_SUFFIX, source);
    }

    @SuppressWarnings("unchecked") // the bean of that name is registered above
    private static <T> ReplicationSource<T> source(BeanFactory factory, String name, Class<T> payload) {
        TaskQueue<T> queue = factory.getBean(name + QUEUE_SUFFIX, TaskQueue.class);
        return factory.getBean(QueueBeans.class).source(queue, payload);
    }

    private static RootBeanDefinition definition(
            String queue, Class<?> type, Class<?> payload, Supplier<Object> instance) {
        RootBeanDefinition definition = new RootBeanDefinition();
        definition.setTargetType(ResolvableType.forClassWithGenerics(type, payload));
        definition.setInstanceSupplier(instance);
        definition.addQualifier(new AutowireCandidateQualifier(Qualifier.class, queue));
        definition.setDestroyMethodName("close");
        definition.setResourceDescription("taskqueue.queues." + queue);
        return definition;
    }

    /**
     * The class of payloads that a property names.
     *
     * @param owner the part of the property between the prefix and {@code .payload-type}
     */
    static Class<?> payloadType(String owner, @Nullable String type, @Nullable ClassLoader loader) {
        String property = TaskQueueProperties.PREFIX + "." + owner + ".payload-type";
        if (type == null || type.isBlank()) {
            throw new TaskQueueConfigurationException(property + " is not set, so the class of the payloads is unknown."
                    + " Set it to the name of a class, such as com.example.Order.");
        }
        try {
            return ClassUtils.forName(type.strip(), loader);
        } catch (ClassNotFoundException | LinkageError e) {
            throw new TaskQueueConfigurationException(
                    property + " is " + type + ", which is not a class of this application (" + e
                            + "). Set it to the full name of a class, with $ before the name of a nested one.",
                    e);
        }
    }
}
