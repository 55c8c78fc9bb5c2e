package io.taskqueue.kafka;

import io.taskqueue.kafka.ClientProperties.Client;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.CreateTopicsResult;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.ReplicaInfo;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.InvalidPartitionsException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Describes, creates and extends topics.
 *
 * <p>Each method waits for the cluster, a request no longer than the timeout, and throws the {@link
 * KafkaException} of a request that fails. Thread-safe.
 */
public final class TopicAdmin implements AutoCloseable {

    /** {@code max.message.bytes} of a topic and a broker that do not set it. */
    public static final int DEFAULT_MAX_MESSAGE_BYTES = 1_048_588;

    private static final Duration LOOKUP_INTERVAL = Duration.ofMillis(250);

    private final Admin admin;
    private final KafkaRequests requests;

    /**
     * Uses an admin client that exists.
     *
     * @param timeout how long one request may take
     */
    public TopicAdmin(Admin admin, Duration timeout) {
        this.admin = admin;
        this.requests = new KafkaRequests(timeout);
    }

    /**
     * Opens an admin client.
     *
     * @param kafka a user's Kafka properties; those for other clients are ignored
     * @param timeout how long one request may take
     */
    public static TopicAdmin open(Map<String, ?> kafka, Duration timeout) {
        return new TopicAdmin(Admin.create(new ClientProperties(kafka).of(Client.ADMIN)), timeout);
    }

    /** The topic; empty if it does not exist. */
    public Optional<TopicDescription> describe(String topic) throws InterruptedException {
        return Optional.ofNullable(describe(List.of(topic)).get(topic));
    }

    /** Those of these topics that exist, by name; in one request. */
    public Map<String, TopicDescription> describe(Collection<String> topics) throws InterruptedException {
        Map<String, TopicDescription> found = new HashMap<>();
        for (Map.Entry<String, KafkaFuture<TopicDescription>> answer :
                admin.describeTopics(topics).topicNameValues().entrySet()) {
            described(answer.getKey(), answer.getValue())
                    .ifPresent(description -> found.put(answer.getKey(), description));
        }
        return found;
    }

    private Optional<TopicDescription> described(String topic, KafkaFuture<TopicDescription> answer)
            throws InterruptedException {
        try {
            return Optional.of(requests.await(answer, "describe topic " + topic));
        } catch (UnknownTopicOrPartitionException e) {
            return Optional.empty();
        }
    }

    /** The topic, looked up again until it exists or the limit is reached; at least once. */
    public Optional<TopicDescription> awaitExistence(String topic, Duration limit) throws InterruptedException {
        long lookups = Math.max(1, limit.toMillis() / LOOKUP_INTERVAL.toMillis());
        Optional<TopicDescription> found = describe(topic);
        for (long lookup = 1; found.isEmpty() && lookup < lookups; lookup++) {
            KafkaRequests.pause(LOOKUP_INTERVAL);
            found = describe(topic);
        }
        return found;
    }

    /** Creates a topic; returns false if it exists already. It may not accept records yet, see {@link #awaitReady}. */
    public boolean create(NewTopic topic) throws InterruptedException {
        try {
            requests.await(admin.createTopics(List.of(topic)).all(), "create topic " + topic.name());
            return true;
        } catch (TopicExistsException e) {
            return false;
        }
    }

    /**
     * Creates topics, in one request. Those that exist already stay as they are; none may accept records yet.
     *
     * @return why topics were not created, by name
     */
    public Map<String, KafkaException> create(Collection<NewTopic> topics) throws InterruptedException {
        return failures("create", admin.createTopics(topics));
    }

    /**
     * Asks the cluster whether it would create topics, in one request, and creates nothing.
     *
     * @return why it would not create topics, by name; that one exists is no reason
     */
    public Map<String, KafkaException> validate(Collection<NewTopic> topics) throws InterruptedException {
        return failures("validate", admin.createTopics(topics, new CreateTopicsOptions().validateOnly(true)));
    }

    private Map<String, KafkaException> failures(String action, CreateTopicsResult result) throws InterruptedException {
        Map<String, KafkaException> failures = new HashMap<>();
        for (Map.Entry<String, KafkaFuture<Void>> answer : result.values().entrySet()) {
            failure(answer.getValue(), action + " topic " + answer.getKey())
                    .ifPresent(failure -> failures.put(answer.getKey(), failure));
        }
        return failures;
    }

    private Optional<KafkaException> failure(KafkaFuture<Void> answer, String action) throws InterruptedException {
        try {
            requests.await(answer, action);
            return Optional.empty();
        } catch (TopicExistsException created) {
            return Optional.empty(); // perhaps meanwhile
        } catch (KafkaException e) {
            return Optional.of(e);
        }
    }

    /** Adds partitions to a topic, and waits until they are known and accept records. */
    public void addPartitions(String topic, int total) throws InterruptedException {
        try {
            requests.await(
                    admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(total)))
                            .all(),
                    "add partitions to topic " + topic);
        } catch (InvalidPartitionsException e) {
            int now = awaitReady(topic, total);
            if (now < total) {
                throw e; // otherwise another process has added them
            }
        }
        int unused = requests.retry(() -> {
            int now = awaitReady(topic, total);
            if (now < total) {
                throw new UnknownTopicOrPartitionException(
                        "Topic " + topic + " still has " + now + " partitions instead of " + total);
            }
            return now;
        });
    }

    /** Sets properties in the configuration of a topic; the others stay. */
    public void configure(String topic, Map<String, String> properties) throws InterruptedException {
        List<AlterConfigOp> changes = properties.entrySet().stream()
                .map(property -> new AlterConfigOp(
                        new ConfigEntry(property.getKey(), property.getValue()), AlterConfigOp.OpType.SET))
                .toList();
        requests.await(
                admin.incrementalAlterConfigs(Map.of(new ConfigResource(ConfigResource.Type.TOPIC, topic), changes))
                        .all(),
                "change the configuration of topic " + topic);
    }

    /**
     * Waits until every partition of a new topic has a leader that answers: a broker may refuse the first batch for a topic
     * created moments ago and accept the second.
     *
     * @param partitions how many the topic was created with
     * @return how many it has
     */
    public int awaitReady(String topic, int partitions) throws InterruptedException {
        return requests.retry(() -> {
            List<TopicPartition> all = describe(topic)
                    .map(TopicAdmin::partitions)
                    .orElseGet(() -> IntStream.range(0, partitions)
                            .mapToObj(partition -> new TopicPartition(topic, partition))
                            .toList());
            offsets(all, OffsetSpec.latest());
            return all.size();
        });
    }

    /** The configuration of a topic, its defaults included. */
    public Config config(String topic) throws InterruptedException {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        return requests.retry(() -> requests.await(
                        admin.describeConfigs(List.of(resource)).all(), "read the configuration of topic " + topic)
                .values()
                .iterator()
                .next());
    }

    /** The configurations of topics, by name, their defaults included; in one request. */
    public Map<String, Config> configs(Collection<String> topics) throws InterruptedException {
        Map<ConfigResource, Config> found = requests.retry(() -> requests.await(
                admin.describeConfigs(topics.stream()
                                .map(topic -> new ConfigResource(ConfigResource.Type.TOPIC, topic))
                                .toList())
                        .all(),
                "read the configuration of topics " + String.join(", ", topics)));
        return found.entrySet().stream()
                .collect(Collectors.toMap(config -> config.getKey().name(), Map.Entry::getValue));
    }

    /** The size of the largest batch of records that a topic of this configuration accepts, in bytes. */
    public static int maxMessageBytes(Config config) {
        ConfigEntry entry = config.get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG);
        return entry == null ? DEFAULT_MAX_MESSAGE_BYTES : Integer.parseInt(entry.value());
    }

    /** An offset of each partition; -1 where it has none of this kind. */
    public Map<TopicPartition, Long> offsets(Collection<TopicPartition> partitions, OffsetSpec spec)
            throws InterruptedException {
        Map<TopicPartition, OffsetSpec> wanted =
                partitions.stream().collect(Collectors.toMap(Function.identity(), partition -> spec));
        Map<TopicPartition, Long> offsets = new HashMap<>();
        requests.await(admin.listOffsets(wanted).all(), "list offsets of " + partitions)
                .forEach((partition, found) -> offsets.put(partition, found.offset()));
        return offsets;
    }

    /**
     * The size of a partition on its leader, in bytes; 0 if the partition has no leader, or the leader does not state it.
     *
     * @throws org.apache.kafka.common.errors.AuthorizationException if Describe on the cluster is not allowed
     */
    public long sizeOnLeader(TopicPartition partition) throws InterruptedException {
        Optional<Integer> leader = describe(partition.topic())
                .flatMap(topic -> Optional.ofNullable(
                        topic.partitions().get(partition.partition()).leader()))
                .map(Node::id);
        if (leader.isEmpty()) {
            return 0;
        }
        return requests
                .await(
                        admin.describeLogDirs(List.of(leader.get())).allDescriptions(),
                        "read the size of partition " + partition)
                .values()
                .stream()
                .flatMap(directories -> directories.values().stream())
                .map(directory -> directory.replicaInfos().get(partition))
                .filter(Objects::nonNull)
                .mapToLong(ReplicaInfo::size)
                .sum();
    }

    /** The partitions of a topic, by number. */
    public static List<TopicPartition> partitions(TopicDescription topic) {
        return topic.partitions().stream()
                .map(partition -> new TopicPartition(topic.name(), partition.partition()))
                .sorted(Comparator.comparingInt(TopicPartition::partition))
                .toList();
    }

    @Override
    public void close() {
        // without a timeout it would wait for a request that is never answered
        admin.close(Duration.ZERO);
    }
}
