package io.taskqueue.spring;

import io.taskqueue.embedded.EmbeddedKafka;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.source.ReplicationSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.util.FileSystemUtils;

/** A broker, applications with the starter that use it, and what tests ask of them. */
final class SpringTestCluster implements AutoCloseable {

    private final EmbeddedKafka broker;
    private final Path directory;
    private final String topics;

    /** @param topics the first part of the names of the topics */
    private SpringTestCluster(EmbeddedKafka broker, Path directory, String topics) {
        this.broker = broker;
        this.directory = directory;
        this.topics = topics;
    }

    /** A broker of the caller. */
    static SpringTestCluster start(Path directory) throws IOException {
        return start(directory, Map.of());
    }

    static SpringTestCluster start(Path directory, Map<String, String> settings) throws IOException {
        return new SpringTestCluster(
                EmbeddedKafka.start(directory.resolve("broker"), 0, settings), directory, "taskqueue");
    }

    /** The broker of all test classes, with topics for one of them; a sink needs a name that no other class uses. Never closed. */
    static SpringTestCluster sharedFor(Class<?> test) {
        return new SpringTestCluster(
                SharedBroker.KAFKA,
                SharedBroker.DIRECTORY.resolve(test.getSimpleName()),
                test.getSimpleName().toLowerCase(Locale.ROOT));
    }

    private static final class SharedBroker {

        static final Path DIRECTORY = temporaryDirectory();
        static final EmbeddedKafka KAFKA = start();

        private static Path temporaryDirectory() {
            try {
                return Files.createTempDirectory("spring-test-cluster");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static EmbeddedKafka start() {
            try {
                EmbeddedKafka kafka = EmbeddedKafka.start(DIRECTORY.resolve("broker"), 0);
                Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                    kafka.close();
                    FileSystemUtils.deleteRecursively(DIRECTORY.toFile());
                }));
                return kafka;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
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
                "taskqueue.topics.events=" + topics + ".events",
                "taskqueue.topics.registry=" + topics + ".sources",
                "taskqueue.topics.partitions=3",
                "taskqueue.state-directory=" + directory.resolve("state"));
    }

    /** A source outside of any application, on the same topics. */
    ReplicationSource.Builder<Order> source(TaskQueue<Order> queue) {
        return ReplicationSource.builder(queue, PayloadCodec.json(Order.class))
                .kafka(Map.of("bootstrap.servers", servers()))
                .topic(topics + ".events")
                .registryTopic(topics + ".sources")
                .partitions(3);
    }

    /** Settings of the queue {@code orders}, whose payloads are {@link Order}. */
    static String ordersQueue() {
        return queueOf("orders", Order.class);
    }

    /** Settings of a queue. */
    static String queueOf(String name, Class<?> payloads) {
        return "taskqueue.queues." + name + ".payload-type=" + payloads.getName();
    }

    /** A queue of an application. */
    @SuppressWarnings("unchecked") // the settings of the queue have the type of its payloads
    static <T> TaskQueue<T> queue(ApplicationContext application, String name) {
        return application.getBean(name + "TaskQueue", TaskQueue.class);
    }

    /** The health of one of the sources, the group {@code taskQueueSources}, or sinks, {@code taskQueueSinks}, of an application. */
    static Health health(ApplicationContext application, String group, String name) {
        var contributor = application.getBean(group + "HealthContributor", CompositeHealthContributor.class);
        return Objects.requireNonNull(
                ((HealthIndicator) Objects.requireNonNull(contributor.getContributor(name))).health(true));
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
