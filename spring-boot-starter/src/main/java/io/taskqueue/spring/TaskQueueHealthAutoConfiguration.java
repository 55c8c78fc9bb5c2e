package io.taskqueue.spring;

import io.taskqueue.source.ReplicationSource;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;

/**
 * The health of sources and sinks, for the application's health endpoint: {@code taskQueueSources} with one entry for each queue, and {@code
 * taskQueueSinks} with one for each sink; see {@link SourceHealthIndicator} and {@link SinkHealthIndicator}.
 */
@AutoConfiguration(after = TaskQueueAutoConfiguration.class)
@ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
@ConditionalOnEnabledHealthIndicator("taskqueue")
public final class TaskQueueHealthAutoConfiguration {

    @Bean
    @ConditionalOnBean(ReplicationSource.class)
    CompositeHealthContributor taskQueueSourcesHealthContributor(ObjectProvider<ReplicationSource<?>> sources) {
        Map<String, HealthIndicator> indicators = new TreeMap<>();
        sources.forEach(source -> indicators.put(source.queueName(), new SourceHealthIndicator(source)));
        return CompositeHealthContributor.fromMap(indicators);
    }

    @Bean
    @ConditionalOnBean(SinkServices.class)
    CompositeHealthContributor taskQueueSinksHealthContributor(SinkServices sinks) {
        Map<String, HealthIndicator> indicators = new TreeMap<>();
        sinks.names().forEach(name -> indicators.put(name, new SinkHealthIndicator(name, sinks)));
        return CompositeHealthContributor.fromMap(indicators);
    }
}
