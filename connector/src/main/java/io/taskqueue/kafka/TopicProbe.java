package io.taskqueue.kafka;

import io.taskqueue.kafka.ClientProperties.Client;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntPredicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/**
 * Finds out why a topic cannot be used at the moment: no broker answers, the topic does not exist, a partition has no leader or too
 * few replicas. The client is opened by the first call and kept. For one thread, but {@link #close()}.
 */
public final class TopicProbe implements AutoCloseable {

    private final Map<String, ?> kafka;
    private final String topic;
    private final int timeoutMillis;
    private final KafkaRequests requests;
    private final BrokerDiagnosis diagnosis;
    private List<TopicPartition> partitions = List.of();
    private volatile @Nullable Admin admin;

    /**
     * @param kafka a user's Kafka properties; those for other clients than the admin client are ignored
     * @param timeout how long the cluster may take to answer
     */
    public TopicProbe(Map<String, ?> kafka, String topic, Duration timeout) {
        this.kafka = kafka;
        this.topic = topic;
        this.timeoutMillis = (int) timeout.toMillis();
        this.requests = new KafkaRequests(timeout.multipliedBy(2));
        this.diagnosis = new BrokerDiagnosis(kafka);
    }

    /**
     * Why the topic cannot be used now, as text for operators; empty if it can.
     *
     * @param partitions which of its partitions are needed
     */
    public Optional<String> problem(IntPredicate partitions) throws InterruptedException {
        try {
            TopicDescription description = describe();
            this.partitions = TopicAdmin.partitions(description);
            return problemOf(description, partitions);
        } catch (UnknownTopicOrPartitionException e) {
            return Optional.of("topic " + topic + " does not exist");
        } catch (KafkaException e) {
            return Optional.of(diagnosis.reason(e));
        }
    }

    /** The partitions of the topic, as they were described last. */
    public List<TopicPartition> partitions() {
        return partitions;
    }

    private TopicDescription describe() throws InterruptedException {
        DescribeTopicsOptions options = new DescribeTopicsOptions().timeoutMs(timeoutMillis);
        Map<String, TopicDescription> found = requests.await(
                admin().describeTopics(List.of(topic), options).allTopicNames(), "describe topic " + topic);
        TopicDescription description = found.get(topic);
        if (description == null) {
            throw new UnknownTopicOrPartitionException();
        }
        return description;
    }

    /** Why partitions of a described topic cannot be used. */
    Optional<String> problemOf(TopicDescription description, IntPredicate partitions) throws InterruptedException {
        int least = 0;
        for (TopicPartitionInfo partition : description.partitions()) {
            if (!partitions.test(partition.partition())) {
                continue;
            }
            if (partition.leader() == null || partition.leader().isEmpty()) {
                return Optional.of("partition " + partition.partition() + " of topic " + topic + " has no leader");
            }
            if (partition.isr().size() < partition.replicas().size()) {
                least = least == 0 ? minInSyncReplicas() : least;
                if (partition.isr().size() < least) {
                    return Optional.of("partition " + partition.partition() + " of topic " + topic + " has "
                            + partition.isr().size() + " in-sync replicas, and min.insync.replicas is " + least);
                }
            }
        }
        return Optional.empty();
    }

    private int minInSyncReplicas() throws InterruptedException {
        try {
            Config config = new TopicAdmin(admin(), Duration.ofMillis(timeoutMillis)).config(topic);
            return Integer.parseInt(
                    config.get(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG).value());
        } catch (KafkaException unknown) {
            return 1; // the configuration may not be read
        }
    }

    /** The client, for other requests; opened by the first call. */
    public Admin admin() {
        Admin open = admin;
        if (open == null) {
            open = Admin.create(new ClientProperties(kafka).of(Client.ADMIN));
            admin = open;
        }
        return open;
    }

    @Override
    public void close() {
        Admin open = admin;
        if (open != null) {
            open.close(Duration.ZERO);
        }
    }
}
