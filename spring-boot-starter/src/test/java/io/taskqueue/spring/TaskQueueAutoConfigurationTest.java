package io.taskqueue.spring;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.queue.QueueListener;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.source.EventSubscription;
import io.taskqueue.source.ReplicationSource;
import io.taskqueue.source.SourceGroup;
import io.taskqueue.spring.SpringTestCluster.Order;
import io.taskqueue.spring.SpringTestCluster.Parcel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Which beans an application has, and how its properties and beans reach them. */
@Timeout(120)
class TaskQueueAutoConfigurationTest {

    private static final SpringTestCluster CLUSTER = SpringTestCluster.sharedFor(TaskQueueAutoConfigurationTest.class);

    @Test
    void anApplicationWithoutQueuesAndSinksDoesNotReachKafka() {
        SpringTestCluster.context()
                .withPropertyValues("spring.kafka.bootstrap-servers=127.0.0.1:1")
                .run(context -> {
                    assertThat(context).hasNotFailed().doesNotHaveBean(ReplicationSource.class);
                    assertThat(context.getBeanFactory().getSingleton("taskQueueSourceGroup"))
                            .isNull();
                    assertThat(context.getBean(SinkServices.class).names()).isEmpty();
                    assertThat(context).doesNotHaveBean("taskQueueSourcesHealthContributor");
                });
    }

    @Test
    void disabledThereIsNothing() {
        SpringTestCluster.context()
                .withPropertyValues("taskqueue.enabled=false", SpringTestCluster.ordersQueue())
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .doesNotHaveBean(TaskQueue.class)
                        .doesNotHaveBean(SinkServices.class));
    }

    /** What an application injects. */
    record Injected(
            TaskQueue<Parcel> byType,
            ReplicationSource<Parcel> sourceByType,
            TaskQueue<Order> byQualifier,
            ReplicationSource<Order> sourceByQualifier) {}

    @Configuration(proxyBeanMethods = false)
    static class Injection {
        @Bean
        Injected injected(
                TaskQueue<Parcel> byType,
                ReplicationSource<Parcel> sourceByType,
                @Qualifier("orders-eu") TaskQueue<Order> byQualifier,
                @Qualifier("orders-eu") ReplicationSource<Order> sourceByQualifier) {
            return new Injected(byType, sourceByType, byQualifier, sourceByQualifier);
        }
    }

    @Test
    void queuesAndSourcesAreInjectedByTypeByQualifierAndByName() {
        CLUSTER.connected()
                .withUserConfiguration(Injection.class)
                .withPropertyValues(
                        "spring.application.name=shop",
                        SpringTestCluster.queueOf("parcels", Parcel.class),
                        SpringTestCluster.queueOf("orders-eu", Order.class),
                        SpringTestCluster.queueOf("orders-us", Order.class))
                .run(context -> {
                    Injected injected = context.getBean(Injected.class);
                    assertThat(injected.byType().name()).isEqualTo("parcels");
                    assertThat(injected.byQualifier().name()).isEqualTo("orders-eu");
                    assertThat(injected.sourceByQualifier().queue()).isSameAs(injected.byQualifier());
                    assertThat(context.getBean("orders-usTaskQueue", TaskQueue.class)
                                    .name())
                            .isEqualTo("orders-us");
                    assertThat(context.getBean("orders-usReplicationSource", ReplicationSource.class)
                                    .sourcePeer())
                            .isEqualTo("shop");
                    assertThat(context.getBean(SourceGroup.class).size()).isEqualTo(3);
                    injected.byType().enqueue(new Parcel("Main Street"));
                    assertThat(injected.sourceByType()
                                    .replicated()
                                    .get(20, SECONDS)
                                    .sequence())
                            .isEqualTo(1);
                });
    }

    @Test
    void propertiesReachTheQueueAndTheSource() {
        CLUSTER.connected()
                .withPropertyValues(
                        SpringTestCluster.ordersQueue(),
                        "taskqueue.peer=dispatcher-7",
                        "taskqueue.topics.events=other.events",
                        "taskqueue.topics.registry=other.sources",
                        "taskqueue.queues.orders.capacity=2")
                .run(context -> {
                    TaskQueue<Order> queue = SpringTestCluster.queue(context, "orders");
                    ReplicationSource<?> source = context.getBean(ReplicationSource.class);
                    assertThat(source.sourcePeer()).isEqualTo("dispatcher-7");
                    assertThat(queue.tryEnqueue(new Order("a", 1))).isPresent();
                    assertThat(queue.tryEnqueue(new Order("b", 1))).isPresent();
                    assertThat(queue.tryEnqueue(new Order("c", 1))).isEmpty();
                    assertThat(source.recovery()).isPresent();
                });
    }

    @Test
    void aPropertyDecidesWhichEventsIncludeThePayload() {
        CLUSTER.connected()
                .withPropertyValues(
                        SpringTestCluster.queueOf("large-orders", Order.class),
                        "taskqueue.queues.large-orders.replication.payload=first-event")
                .run(context -> {
                    TaskQueue<Order> queue = SpringTestCluster.queue(context, "large-orders");
                    @SuppressWarnings("unchecked")
                    ReplicationSource<Order> source = context.getBean(ReplicationSource.class);
                    try (EventSubscription<Order> events = source.events()) {
                        queue.enqueue(new Order("a", 1));
                        queue.lease().complete();

                        for (boolean hasPayload : new boolean[] {true, false, false}) {
                            assertThat(events.poll(Duration.ofSeconds(20))
                                            .orElseThrow()
                                            .hasPayload())
                                    .isEqualTo(hasPayload);
                        }
                    }
                });
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnBeans {

        static final AtomicInteger ENCODED = new AtomicInteger();
        static final List<String> CUSTOMIZED = new CopyOnWriteArrayList<>();

        @Bean
        PayloadCodec<Order> orderCodec() {
            return new PayloadCodec<>() {
                @Override
                public byte[] encode(Order order) {
                    ENCODED.incrementAndGet();
                    return ("\"" + order.id() + "\"").getBytes(StandardCharsets.UTF_8);
                }

                @Override
                public Order decode(byte[] json) {
                    return new Order(new String(json, 1, json.length - 2, StandardCharsets.UTF_8), 0);
                }
            };
        }

        @Bean
        TaskQueueCustomizer queues() {
            return (queue, builder) -> listen(queue, builder);
        }

        private static <T> void listen(String queue, TaskQueue.Builder<T> builder) {
            QueueListener<T> listener = event -> CUSTOMIZED.add(queue + " " + event.kind());
            builder.listener(listener);
        }

        @Bean
        ReplicationSourceCustomizer sources() {
            return (queue, builder) -> builder.ownerPeer("owner of " + queue);
        }

        @Bean
        SourceGroupCustomizer group() {
            return builder -> builder.sourcePeer("customized");
        }
    }

    @Test
    @SuppressWarnings("try") // the observation ends with its scope
    void codecsAndCustomizersOfTheApplicationAreUsed() {
        CLUSTER.connected()
                .withUserConfiguration(OwnBeans.class)
                .withPropertyValues(SpringTestCluster.queueOf("own", Order.class))
                .run(context -> {
                    TaskQueue<Order> queue = SpringTestCluster.queue(context, "own");
                    ReplicationSource<?> source = context.getBean(ReplicationSource.class);
                    List<String> owners = new CopyOnWriteArrayList<>();
                    try (var observation = source.observe(
                            event -> owners.add(event.ownerPeerId().orElse("none")))) {
                        queue.enqueue(new Order("a", 1));
                        source.replicated().get(20, SECONDS);
                        Awaitility.await().until(() -> owners.contains("owner of own"));
                    }
                    assertThat(OwnBeans.ENCODED).hasPositiveValue();
                    assertThat(OwnBeans.CUSTOMIZED).contains("own ENQUEUED");
                    assertThat(source.sourcePeer()).isEqualTo("customized");
                });
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnSource {
        @Bean
        TaskQueue<String> texts() {
            return TaskQueue.<String>builder("texts").build();
        }

        @Bean
        ReplicationSource<String> textSource(TaskQueue<String> texts, SourceGroup group) {
            return ReplicationSource.builder(texts, PayloadCodec.utf8())
                    .group(group)
                    .build();
        }
    }

    @Test
    void aSourceThatTheApplicationBuildsIsStartedWithTheOthers() {
        CLUSTER.connected()
                .withUserConfiguration(OwnSource.class)
                .withPropertyValues(SpringTestCluster.ordersQueue())
                .run(context -> {
                    assertThat(context.getBean("textSource", ReplicationSource.class)
                                    .started())
                            .isTrue();
                    assertThat(context.getBean(SourceGroup.class).size()).isEqualTo(2);
                });
    }

    @Test
    void aQueueWithoutPayloadTypeIsRefused() {
        SpringTestCluster.context()
                .withPropertyValues("taskqueue.queues.orders.capacity=7")
                .run(context -> assertThat(context)
                        .getFailure()
                        .isInstanceOf(TaskQueueConfigurationException.class)
                        .hasMessage("taskqueue.queues.orders.payload-type is not set, so the class of the payloads is"
                                + " unknown. Set it to the name of a class, such as com.example.Order."));
    }

    @Test
    void aPayloadTypeThatIsNoClassIsRefused() {
        SpringTestCluster.context()
                .withPropertyValues("taskqueue.queues.orders.payload-type=com.example.Ordr")
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasMessage(
                                "taskqueue.queues.orders.payload-type is com.example.Ordr, which is not a class of this"
                                        + " application (java.lang.ClassNotFoundException: com.example.Ordr). Set it to the full name"
                                        + " of a class, with $ before the name of a nested one."));
    }

    @Test
    void aCloseThatMayTakeLongerThanTheShutdownIsRefused() {
        SpringTestCluster.context()
                .withPropertyValues("taskqueue.source.close-timeout=40s")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(TaskQueueConfigurationException.class)
                        .hasMessage(
                                "taskqueue.source.close-timeout is 40s, but the application does not wait longer than"
                                        + " spring.lifecycle.timeout-per-shutdown-phase, 30s, and would end before. Lower the first"
                                        + " or raise the second."));
    }
}
