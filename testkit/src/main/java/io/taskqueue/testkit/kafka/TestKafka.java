package io.taskqueue.testkit.kafka;

import io.taskqueue.kafka.TopicAdmin;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.kafka.clients.admin.NewTopic;

/** A Kafka cluster for tests. Immutable and thread-safe. */
public final class TestKafka {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final String bootstrapServers;

    private TestKafka(String bootstrapServers) {
        this.bootstrapServers = Objects.requireNonNull(bootstrapServers, "bootstrapServers");
    }

    /** A cluster that runs elsewhere, such as one that the test started itself. */
    public static TestKafka at(String bootstrapServers) {
        return new TestKafka(bootstrapServers);
    }

    /** The addresses for clients, as {@code host:port}. */
    public String bootstrapServers() {
        return bootstrapServers;
    }

    /** The properties for sources, sinks and other clients of this cluster. */
    public Map<String, String> properties() {
        return Map.of("bootstrap.servers", bootstrapServers);
    }

    /**
     * Creates a topic with one replica, if there is none of that name, and returns when it accepts records.
     *
     * @throws org.apache.kafka.common.KafkaException if Kafka does not create it
     * @throws InterruptedException if the thread is interrupted while it waits for Kafka
     */
    public void createTopic(String name, int partitions) throws InterruptedException {
        try (TopicAdmin admin = TopicAdmin.open(properties(), TIMEOUT)) {
            boolean unused = admin.create(new NewTopic(name, Optional.of(partitions), Optional.of((short) 1)));
            int unusedPartitions = admin.awaitReady(name, partitions);
        }
    }

    @Override
    public String toString() {
        return "Kafka at " + bootstrapServers;
    }
}
