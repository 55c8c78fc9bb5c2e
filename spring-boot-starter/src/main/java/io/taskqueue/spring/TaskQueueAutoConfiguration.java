package io.taskqueue.spring;

import static io.taskqueue.spring.TaskQueueProperties.ifSet;

import io.micrometer.core.instrument.MeterRegistry;
import io.taskqueue.config.DurationText;
import io.taskqueue.source.ReplicationSource;
import io.taskqueue.source.SourceGroup;
import io.taskqueue.tracing.Tracing;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.boot.kafka.autoconfigure.KafkaConnectionDetails;
import org.springframework.boot.kafka.autoconfigure.KafkaProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/**
 * Queues, sources and sinks of a Spring Boot application:
 *
 * <pre>
 *   taskqueue.queues.NAME       beans TaskQueue and ReplicationSource, in one SourceGroup      started by SourcesLifecycle
 *   {@literal @}Bean ReplicationSink       runs as a SinkService                                          started by SinkServices
 * </pre>
 *
 * <p>Both use the connection of {@code spring.kafka.*}, the application's meter registry, and its {@link Tracing}, which {@link
 * TaskQueueTracingAutoConfiguration} finds. A bean {@link ReplicationSource} of the
 * application, {@linkplain ReplicationSource.Builder#build() built} and not started, is started and closed with the others.
 */
@AutoConfiguration(after = KafkaAutoConfiguration.class)
@ConditionalOnProperty(prefix = TaskQueueProperties.PREFIX, name = "enabled", matchIfMissing = true)
@EnableConfigurationProperties({TaskQueueProperties.class, KafkaProperties.class})
@Import(QueueBeansRegistrar.class)
public final class TaskQueueAutoConfiguration {

    /**
     * The phase in which sources start and stop: before and after the executors of {@code @Async} and {@code @Scheduled}, the web server,
     * listeners of Kafka, and beans without a phase.
     */
    public static final int SOURCES_PHASE = Integer.MAX_VALUE / 2 - 1024;

    /** The phase in which sinks start and stop: after and before the executors, which a sink may use, and before and after the web server. */
    public static final int SINKS_PHASE = Integer.MAX_VALUE - 4096;

    private static final Duration DEFAULT_SHUTDOWN_PHASE = Duration.ofSeconds(30);

    @Bean
    KafkaConnection taskQueueKafkaConnection(
            KafkaProperties application,
            ObjectProvider<KafkaConnectionDetails> details,
            TaskQueueProperties properties) {
        return new KafkaConnection(application, Optional.ofNullable(details.getIfAvailable()), properties.kafka());
    }

    @Bean
    PayloadCodecs taskQueuePayloadCodecs(ConfigurableListableBeanFactory beans) {
        return new PayloadCodecs(beans);
    }

    /** The group of the sources; created with the first of them. */
    @Bean
    @Lazy
    @ConditionalOnMissingBean
    SourceGroup taskQueueSourceGroup(
            TaskQueueProperties properties,
            KafkaConnection connection,
            ObjectProvider<MeterRegistry> meters,
            Environment environment,
            ObjectProvider<SourceGroupCustomizer> customizers) {
        TaskQueueProperties.Topics topics = properties.topics();
        TaskQueueProperties.Source source = properties.source();
        SourceGroup.Builder builder = SourceGroup.builder()
                .kafka(connection.properties())
                .topic(topics.events())
                .registryTopic(topics.registry())
                .createTopics(topics.create())
                .replicationFactor(topics.replicationFactor())
                .kafkaMetrics(source.kafkaMetrics())
                .closeTimeout(closeTimeout(source, environment));
        ifSet(peer(properties, environment), builder::sourcePeer);
        ifSet(topics.partitions(), builder::partitions);
        ifSet(source.bufferSize(), size -> builder.bufferBytes(size.toBytes()));
        ifSet(source.markInterval(), builder::markInterval);
        ifSet(source.ownershipStrict(), builder::ownershipStrict);
        meters.ifUnique(builder::metrics);
        customizers.orderedStream().forEach(customizer -> customizer.customize(builder));
        return builder.start();
    }

    @Bean
    QueueBeans taskQueueBeans(
            TaskQueueProperties properties,
            ObjectProvider<SourceGroup> group,
            PayloadCodecs codecs,
            ObjectProvider<Tracing> tracing,
            ObjectProvider<TaskQueueCustomizer> queueCustomizers,
            ObjectProvider<ReplicationSourceCustomizer> sourceCustomizers) {
        return new QueueBeans(
                properties,
                group,
                codecs,
                tracing(properties, tracing),
                queueCustomizers.orderedStream().toList(),
                sourceCustomizers.orderedStream().toList());
    }

    @Bean
    SourcesLifecycle taskQueueSourcesLifecycle(
            ObjectProvider<ReplicationSource<?>> sources,
            ObjectProvider<SourceGroup> group,
            TaskQueueProperties properties,
            Environment environment) {
        return new SourcesLifecycle(
                sources,
                group,
                closeTimeout(properties.source(), environment),
                Optional.ofNullable(properties.source().unreplicatedDirectory()));
    }

    @Bean
    SinkServices taskQueueSinkServices(
            ConfigurableListableBeanFactory beans,
            TaskQueueProperties properties,
            KafkaConnection connection,
            PayloadCodecs codecs,
            ObjectProvider<MeterRegistry> meters,
            ObjectProvider<Tracing> tracing,
            ObjectProvider<SinkServiceCustomizer> customizers) {
        Tracing shared = tracing(properties, tracing);
        List<SinkServiceCustomizer> ordered = customizers.orderedStream().toList();
        return new SinkServices(new SinkBeans(beans, properties, codecs).find((name, builder) -> {
            builder.kafka(connection.properties())
                    .topic(properties.topics().events())
                    .tracing(shared)
                    .kafkaMetrics(properties.source().kafkaMetrics());
            ifSet(properties.stateDirectory(), builder::stateDirectory);
            meters.ifUnique(builder::metrics);
            ordered.forEach(customizer -> customizer.customize(name, builder));
        }));
    }

    private static Tracing tracing(TaskQueueProperties properties, ObjectProvider<Tracing> application) {
        return properties.tracing().enabled() ? application.getIfAvailable(() -> Tracing.NONE) : Tracing.NONE;
    }

    private static @Nullable String peer(TaskQueueProperties properties, Environment environment) {
        String application = environment.getProperty("spring.application.name");
        return properties.peer() != null ? properties.peer() : StringUtils.hasText(application) ? application : null;
    }

    /** @throws TaskQueueConfigurationException if the application would end before the sources are closed */
    private static Duration closeTimeout(TaskQueueProperties.Source source, Environment environment) {
        Duration phase = Binder.get(environment)
                .bind("spring.lifecycle.timeout-per-shutdown-phase", Duration.class)
                .orElse(DEFAULT_SHUTDOWN_PHASE);
        Duration timeout = source.closeTimeout();
        if (timeout == null) {
            return phase.multipliedBy(2).dividedBy(3);
        }
        if (timeout.compareTo(phase) >= 0) {
            throw new TaskQueueConfigurationException("taskqueue.source.close-timeout is " + DurationText.of(timeout)
                    + ", but the application does not wait longer than spring.lifecycle.timeout-per-shutdown-phase, "
                    + DurationText.of(phase) + ", and would end before. Lower the first or raise the second.");
        }
        return timeout;
    }
}
