package io.taskqueue.source.recovery;

import io.taskqueue.kafka.ClientProperties;
import io.taskqueue.kafka.ClientProperties.Client;
import io.taskqueue.kafka.TopicAdmin;
import io.taskqueue.kafka.TopicReader;
import io.taskqueue.queue.Ticker;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.source.publish.EventRecords;
import io.taskqueue.source.registry.Claim;
import io.taskqueue.source.registry.ClaimRegistry;
import io.taskqueue.source.registry.LowWaterMark.Place;
import io.taskqueue.source.registry.QueueMarks;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Reads the live tasks of a queue from Kafka without starting a source, claiming the queue, or writing anything. */
public final class QueueRecovery {

    private QueueRecovery() {}

    /**
     * The live tasks of a queue, by the events that Kafka holds now: what a source that starts with a recovery would restore, if it had
     * claimed the queue at this moment. The queue may have an owner, which continues meanwhile.
     *
     * @param kafka where Kafka is, as for a source: {@code consumer.} prefixed properties go to the client alone
     * @param registryTopic the registry topic, by default {@code taskqueue.sources}; it states where the events of the queue are
     * @param codec decodes the payloads
     * @throws IllegalArgumentException if {@code bootstrap.servers} is missing, or the registry has no claim of the queue
     * @throws org.apache.kafka.common.KafkaException if Kafka does not answer, or a topic does not exist
     * @throws InterruptedException if the thread is interrupted while it waits for Kafka
     */
    public static <T> RecoverableQueue<T> read(
            Map<String, ?> kafka, String registryTopic, String queueName, PayloadCodec<T> codec, Recovery settings)
            throws InterruptedException {
        ClientProperties properties = new ClientProperties(kafka);
        properties.bootstrapServers(Client.CONSUMER);
        Duration timeout = properties.apiTimeout();
        QueueMarks marks = new QueueMarks(registryTopic, queueName);
        Claim claim;
        try (TopicReader reader = TopicReader.open(kafka, IsolationLevel.READ_UNCOMMITTED, timeout)) {
            claim = new ClaimRegistry(reader, registryTopic)
                    .read(marks)
                    .claims()
                    .get(queueName);
        }
        if (claim == null || claim.home().isEmpty()) {
            throw new IllegalArgumentException("Registry " + registryTopic + " has no claim of queue " + queueName
                    + ", so the topic of its events is unknown. Check the name of the queue, and that this is the cluster and the"
                    + " registry of its source.");
        }
        Place place = place(kafka, timeout, queueName, claim.home().get());
        return new RecoveryReader<>(
                        new RecoveryReader.Access(kafka, timeout, Ticker.system()), queueName, codec, payload -> {})
                .read(place, marks.newest(), OptionalLong.empty(), settings)
                .queue();
    }

    private static Place place(Map<String, ?> kafka, Duration timeout, String queueName, Claim.Home home)
            throws InterruptedException {
        try (TopicAdmin admin = TopicAdmin.open(kafka, timeout)) {
            return admin.describe(home.topic())
                    .map(topic -> new Place(
                            home.topic(), topic.topicId(), EventRecords.partitionOf(queueName, home.partitions())))
                    .orElseThrow(() -> new UnknownTopicOrPartitionException("Topic " + home.topic()
                            + ", which holds the events of queue " + queueName + " by its claim, does not exist"));
        }
    }
}
