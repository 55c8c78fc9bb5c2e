package io.taskqueue.spring;

import io.taskqueue.embedded.EmbeddedKafka;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** A broker, and contexts with the starter that use it. */
final class SpringTestCluster implements AutoCloseable {

    private final EmbeddedKafka broker;
    private final Path directory;

    private SpringTestCluster(EmbeddedKafka broker, Path directory) {
        this.broker = broker;
        this.directory = directory;
    }

    static SpringTestCluster start(Path directory) throws IOException {
        return start(directory, Map.of());
    }

    static SpringTestCluster start(Path directory, Map<String, String> settings) throws IOException {
        return new SpringTestCluster(EmbeddedKafka.start(directory.resolve("broker"), 0, settings), directory);
    }

    String servers() {
        return broker.bootstrapServers();
    }

    /** A context with nothing but the starter and Boot's connection to Kafka. */
    static ApplicationContextRunner context() {
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        SslAutoConfiguration.class,
                        KafkaAutoConfiguration.class,
                        TaskQueueAutoConfiguration.class,
                        TaskQueueHealthAutoConfiguration.class,
                        TaskQueueTracingAutoConfiguration.class));
    }

    /** A context that uses this broker. */
    ApplicationContextRunner connected() {
        return connected(context());
    }

    /** That context, which uses this broker. */
    ApplicationContextRunner connected(ApplicationContextRunner context) {
        return context.withPropertyValues(
                "spring.kafka.bootstrap-servers=" + servers(),
                "taskqueue.topics.partitions=3",
                "taskqueue.state-directory=" + directory.resolve("state"));
    }

    /** Settings of the queue {@code orders}, whose payloads are {@link Order}. */
    static String ordersQueue() {
        return "taskqueue.queues.orders.payload-type=" + Order.class.getName();
    }

    @Override
    public void close() {
        broker.close();
    }

    /** A payload. */
    record Order(String id, int cents) {}

    /** Another one. */
    record Parcel(String street) {}
}
