package io.taskqueue.source.registry;

import io.taskqueue.kafka.ClientProperties;
import io.taskqueue.kafka.ClientProperties.Client;
import io.taskqueue.kafka.TopicReader;
import java.util.Map;
import org.apache.kafka.common.IsolationLevel;

/** The registry of sources: a compacted topic of one partition, in which the offset of a claim is its epoch. */
public final class SourceRegistry {

    private SourceRegistry() {}

    /**
     * The newest claim of each queue, read to the end that the registry has now.
     *
     * @param kafka where Kafka is, as for a source: {@code consumer.} prefixed properties go to the client alone
     * @param registryTopic the registry topic, by default {@code taskqueue.sources}
     * @return claims by queue name, sorted by it
     * @throws IllegalArgumentException if {@code bootstrap.servers} is missing
     * @throws org.apache.kafka.common.KafkaException if Kafka does not answer, or the topic does not exist
     */
    public static Map<String, Claim> read(Map<String, ?> kafka, String registryTopic) {
        ClientProperties properties = new ClientProperties(kafka);
        properties.bootstrapServers(Client.CONSUMER);
        try (TopicReader reader = TopicReader.open(kafka, IsolationLevel.READ_UNCOMMITTED, properties.apiTimeout())) {
            return new ClaimRegistry(reader, registryTopic).read().claims();
        }
    }
}
