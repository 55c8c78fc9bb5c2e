package io.taskqueue.spring;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.taskqueue.event.EventKind;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.queue.Lease;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.sink.Effects;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.source.ReplicationSource;
import io.taskqueue.spring.SpringTestCluster.Order;
import io.taskqueue.spring.SpringTestCluster.Parcel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** A whole application: tasks are enqueued, and sinks that are beans apply their events. */
@Timeout(180)
@ExtendWith(OutputCaptureExtension.class)
class QueueToSinkTest {

    private static final Duration LONG = Duration.ofSeconds(60);

    private static final String[] QUEUES_AND_SINKS = {
        SpringTestCluster.ordersQueue(),
        SpringTestCluster.queueOf("parcels", Parcel.class),
        "taskqueue.sinks.billing.queues=orders",
        "taskqueue.sinks.parcel-log.queues=parcels",
        "taskqueue.sinks.parcel-log.kinds=Enqueued",
        "taskqueue.sinks.parcel-log.name=parcels"
    };

    /** What the sinks have applied. */
    static final class Applied {
        final List<String> effects = new CopyOnWriteArrayList<>();
        final List<String> parcels = new CopyOnWriteArrayList<>();
    }

    record ParcelLog(Applied applied) implements ReplicationSink<Parcel> {
        @Override
        public void apply(ReplicationEvent<Parcel> event, Effects effects) throws Exception {
            effects.run("log", key -> applied.parcels.add(event.payload().street()));
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Sinks {

        @Bean
        MeterRegistry meters() {
            return new SimpleMeterRegistry();
        }

        @Bean
        Applied applied() {
            return new Applied();
        }

        @Bean
        ReplicationSink<Order> billing(Applied applied) {
            return (event, effects) -> {
                if (event.kind() == EventKind.COMPLETED) {
                    Order order = event.payload();
                    effects.run("charge", key -> applied.effects.add(order.id() + " " + key));
                }
            };
        }

        /** A proxy of Spring, as for a sink with an aspect. */
        @Bean("parcel-log")
        ReplicationSink<Parcel> parcels(Applied applied) {
            var proxy = new ProxyFactory(new ParcelLog(applied));
            @SuppressWarnings("unchecked")
            ReplicationSink<Parcel> proxied = (ReplicationSink<Parcel>) proxy.getProxy();
            return proxied;
        }
    }

    @Test
    void tasksOfAnApplicationReachItsSinks(@TempDir Path directory, CapturedOutput output) throws Exception {
        try (SpringTestCluster cluster = SpringTestCluster.start(directory)) {
            cluster.connected()
                    .withUserConfiguration(Sinks.class)
                    .withPropertyValues(QUEUES_AND_SINKS)
                    .run(QueueToSinkTest::oneTaskOfEachQueue);
        }
        assertThat(output)
                .contains("The source of queue orders has started in epoch ")
                .contains(
                        "Sink billing has started. It applies events as soon as it reaches Kafka and the event topic.");
    }

    @Test
    void theConnectionOfAnSslBundleIsUsedBySourcesAndSinks(@TempDir Path directory) throws Exception {
        Path keys = directory.resolve("kafka.p12");
        selfSigned(keys);
        Map<String, String> tls = Map.of(
                "listener.security.protocol.map", "PLAINTEXT:SSL,CONTROLLER:PLAINTEXT",
                "ssl.keystore.location", keys.toString(),
                "ssl.keystore.password", "changeit",
                "ssl.truststore.location", keys.toString(),
                "ssl.truststore.password", "changeit");
        try (SpringTestCluster cluster = SpringTestCluster.start(directory, tls)) {
            cluster.connected()
                    .withUserConfiguration(Sinks.class)
                    .withPropertyValues(
                            "spring.kafka.security.protocol=SSL",
                            "spring.kafka.ssl.bundle=cluster",
                            "spring.ssl.bundle.jks.cluster.truststore.location=" + keys.toUri(),
                            "spring.ssl.bundle.jks.cluster.truststore.password=changeit",
                            "spring.ssl.bundle.jks.cluster.truststore.type=PKCS12")
                    .withPropertyValues(QUEUES_AND_SINKS)
                    .run(QueueToSinkTest::oneTaskOfEachQueue);
        }
    }

    private static void oneTaskOfEachQueue(ApplicationContext context) throws Exception {
        TaskQueue<Order> orders = SpringTestCluster.queue(context, "orders");
        TaskQueue<Parcel> parcels = SpringTestCluster.queue(context, "parcels");
        Applied applied = context.getBean(Applied.class);

        orders.enqueue(new Order("A-17", 4_200));
        parcels.enqueue(new Parcel("Main Street"));
        Lease<Order> lease = orders.lease();
        lease.complete();
        ReplicationSource<?> source = context.getBean("ordersReplicationSource", ReplicationSource.class);
        assertThat(source.replicated().get(30, SECONDS).sequence()).isEqualTo(3);

        await().atMost(LONG).until(() -> !applied.effects.isEmpty() && !applied.parcels.isEmpty());
        assertThat(applied.effects)
                .singleElement()
                .asString()
                .startsWith("A-17 ")
                .contains("billing", "orders", "charge");
        assertThat(applied.parcels).containsExactly("Main Street");
        SinkServices sinks = context.getBean(SinkServices.class);
        assertThat(sinks.names()).containsExactlyInAnyOrder("billing", "parcels");
        await().atMost(LONG).until(() -> sinks.find("billing").orElseThrow().ready());
        MeterRegistry meters = context.getBean(MeterRegistry.class);
        assertThat(meters.find("taskqueue.replication.events").counters()).isNotEmpty();
        assertThat(meters.find("taskqueue.replication.applied").meters()).isNotEmpty();
        assertThat(SpringTestCluster.health(context, "taskQueueSources", "orders")
                        .getStatus())
                .isEqualTo(Status.UP);
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(SpringTestCluster.health(context, "taskQueueSinks", "parcels")
                                .getStatus())
                        .isEqualTo(Status.UP));
    }

    private static void selfSigned(Path keys) throws Exception {
        Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
        Path log = Files.createTempFile(keys.getParent(), "keytool", ".log");
        Process process = new ProcessBuilder(
                        keytool.toString(),
                        "-genkeypair",
                        "-alias",
                        "kafka",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=kafka",
                        "-ext",
                        "SAN=ip:127.0.0.1",
                        "-validity",
                        "2",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        "changeit",
                        "-keystore",
                        keys.toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        assertThat(process.waitFor()).as(Files.readString(log)).isZero();
    }
}
