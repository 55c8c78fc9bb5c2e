/**
 * A Spring Boot application with queues and sinks; the page docs/spring-boot.md is for its users.
 *
 * <pre>
 *   TaskQueueProperties            the properties taskqueue.*
 *   TaskQueueAutoConfiguration     the beans, and all wiring
 *   QueueBeansRegistrar            which beans a queue has; QueueBeans builds them, PayloadCodecs finds the codec
 *   SinkBeans                      which beans are sinks; each is a SinkBean
 *   KafkaConnection                Kafka's properties, from spring.kafka.* and taskqueue.kafka.*
 *   SourcesLifecycle, SinkServices start and stop with the context, in their phases; Stopping
 *   TaskQueueHealthAutoConfiguration    SourceHealthIndicator, SinkHealthIndicator
 *   TaskQueueTracingAutoConfiguration   the Tracing of queues and sinks, from the beans that the application traces with
 *   TaskQueueCustomizer, ReplicationSourceCustomizer, SourceGroupCustomizer, SinkServiceCustomizer    beans that change what is built
 *   TaskQueueFailureAnalyzer       TaskQueueConfigurationException and others, as a report without a stack trace
 * </pre>
 *
 * <p>Everything here is called by Spring, on the thread that refreshes or closes the context. Nothing reaches Kafka before the lifecycle
 * starts: an application whose beans cannot be created takes no queue from the instance that runs.
 */
@NullMarked
package io.taskqueue.spring;

import org.jspecify.annotations.NullMarked;
