package io.taskqueue.source;

import io.taskqueue.kafka.TopicAdmin;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Creates the topics of a source if they do not exist, waits until they accept records, and checks those that exist. */
final class SourceTopics {

    /**
     * What a source needs to know about the event topic.
     *
     * @param id its id, which another topic of the same name does not have
     * @param partitions how many it has
     * @param maxRecordBytes the size of the largest record that it accepts
     */
    record EventTopicFacts(Uuid id, int partitions, int maxRecordBytes) {}

    /**
     * Small segments: compaction removes older low-water marks from closed segments only, and the start of a source reads the whole
     * registry.
     */
    private static final int REGISTRY_SEGMENT_BYTES = 1024 * 1024;

    private final TopicAdmin admin;
    private final GroupSettings.Topics topics;

    SourceTopics(TopicAdmin admin, GroupSettings.Topics topics) {
        this.admin = admin;
        this.topics = topics;
    }

    /** @throws SourceStartException if a topic does not exist and may not be created, or does not suit its purpose */
    EventTopicFacts ensure() throws InterruptedException {
        try {
            int registryPartitions = partitionsOf(topic(
                    topics.registry(),
                    1,
                    Map.of(
                            TopicConfig.CLEANUP_POLICY_CONFIG,
                            TopicConfig.CLEANUP_POLICY_COMPACT,
                            TopicConfig.SEGMENT_BYTES_CONFIG,
                            String.valueOf(REGISTRY_SEGMENT_BYTES))));
            checkRegistry(registryPartitions, admin.config(topics.registry()));
            int partitions = partitionsOf(topic(
                    topics.events(),
                    topics.partitions().orElse(GroupSettings.Topics.DEFAULT_PARTITIONS),
                    Map.of(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_DELETE)));
            Config config = admin.config(topics.events());
            checkEvents(partitions, config);
            return new EventTopicFacts(
                    admin.describe(topics.events())
                            .map(TopicDescription::topicId)
                            .orElseThrow(() -> new UnknownTopicOrPartitionException(
                                    "topic " + topics.events() + " was deleted meanwhile")),
                    partitions,
                    TopicAdmin.maxMessageBytes(config));
        } catch (TimeoutException e) {
            throw e; // the cluster did not answer at all
        } catch (RetriableException e) {
            throw new SourceStartException(
                    "Kafka did not prepare topics " + topics.registry() + " and " + topics.events()
                            + " for this source: " + e.getMessage()
                            + ". Check that the brokers can be reached, read their logs, and start again.",
                    e);
        }
    }

    private NewTopic topic(String name, int partitions, Map<String, String> configs) {
        return new NewTopic(name, partitions, (short) topics.replicationFactor()).configs(configs);
    }

    private int partitionsOf(NewTopic topic) throws InterruptedException {
        Optional<TopicDescription> existing = admin.describe(topic.name());
        if (existing.isPresent()) {
            return existing.get().partitions().size();
        }
        if (!topics.create()) {
            throw new SourceStartException("Topic " + topic.name() + " does not exist, and createTopics is false."
                    + " Create it: kafka-topics.sh --create --topic " + topic.name() + " --partitions "
                    + topic.numPartitions() + " --config cleanup.policy="
                    + topic.configs().get(TopicConfig.CLEANUP_POLICY_CONFIG) + ".");
        }
        create(topic);
        return admin.awaitReady(topic.name(), topic.numPartitions());
    }

    /** Another source may create it first; that topic is checked like any other. */
    private void create(NewTopic topic) throws InterruptedException {
        try {
            boolean unused = admin.create(topic);
        } catch (InvalidTopicException e) {
            throw new SourceStartException(
                    "Topic " + topic.name() + " cannot be created: " + e.getMessage()
                            + ". Kafka does not distinguish dots"
                            + " and underscores in the names of topics, and takes letters, digits, dots, hyphens and"
                            + " underscores only. Choose another name.",
                    e);
        }
    }

    private void checkEvents(int partitions, Config config) {
        String policy = config.get(TopicConfig.CLEANUP_POLICY_CONFIG).value();
        if (policy.contains(TopicConfig.CLEANUP_POLICY_COMPACT)) {
            throw new SourceStartException("Topic " + topics.events() + " has cleanup.policy=" + policy
                    + ", but the key of an event is its queue's name, so compaction would keep one event a queue."
                    + " Set cleanup.policy=delete on it: kafka-configs.sh --alter --topic " + topics.events()
                    + " --add-config cleanup.policy=delete.");
        }
        // with more, partitions were added to it
        if (topics.partitions().orElse(partitions) > partitions) {
            throw new SourceStartException("Topic " + topics.events() + " has " + partitions + " partitions, but "
                    + topics.partitions().getAsInt()
                    + " were requested. The count decides each new queue's partition: set partitions(" + partitions
                    + ") or leave it out, or publish to a new topic.");
        }
    }

    private void checkRegistry(int partitions, Config config) {
        String policy = config.get(TopicConfig.CLEANUP_POLICY_CONFIG).value();
        if (!policy.equals(TopicConfig.CLEANUP_POLICY_COMPACT)) {
            throw new SourceStartException("Topic " + topics.registry() + " has cleanup.policy=" + policy
                    + ", so it would lose the owners of queues. Set cleanup.policy=compact on it: kafka-configs.sh --alter"
                    + " --topic " + topics.registry() + " --add-config cleanup.policy=compact.");
        }
        if (partitions != 1) {
            throw new SourceStartException("Topic " + topics.registry() + " has " + partitions
                    + " partitions, but the offset of a claim is an epoch, and only in one partition is each offset"
                    + " unique. Name another registry topic, with one partition.");
        }
    }
}
