package io.taskqueue.source;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Makes the topics of a source when they are missing, waits until they can be written, and checks those that are there. */
final class Topics {

    /**
     * What the source needs to know of the event topic.
     *
     * @param partitions how many it has
     * @param maxRecordBytes the largest record that it takes
     */
    record Facts(int partitions, int maxRecordBytes) {}

    private final Admin admin;
    private final TopicOptions options;
    private final long timeoutMillis;

    Topics(Admin admin, TopicOptions options, long timeoutMillis) {
        this.admin = admin;
        this.options = options;
        this.timeoutMillis = timeoutMillis;
    }

    /** @throws SourceStartException if a topic is missing and may not be made, or is not fit for its purpose */
    Facts ensure() throws InterruptedException {
        int registryPartitions = partitionsOf(
                options.registry(),
                new NewTopic(options.registry(), 1, (short) options.replicationFactor())
                        .configs(Map.of(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT)));
        checkRegistry(registryPartitions, configOf(options.registry()));
        int partitions = partitionsOf(
                options.events(),
                new NewTopic(options.events(), options.partitions().orElse(TopicOptions.DEFAULT_PARTITIONS), (short)
                                options.replicationFactor())
                        .configs(Map.of(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_DELETE)));
        Config config = configOf(options.events());
        checkEvents(partitions, config);
        return new Facts(partitions, Integer.parseInt(value(config, TopicConfig.MAX_MESSAGE_BYTES_CONFIG)));
    }

    private void checkEvents(int partitions, Config config) {
        String policy = value(config, TopicConfig.CLEANUP_POLICY_CONFIG);
        if (policy.contains(TopicConfig.CLEANUP_POLICY_COMPACT)) {
            throw new SourceStartException("Topic " + options.events() + " has cleanup.policy=" + policy
                    + ", but the key of an event is its queue's name, so compaction would keep one event a queue."
                    + " Set cleanup.policy=delete on it: kafka-configs.sh --alter --topic " + options.events()
                    + " --add-config cleanup.policy=delete.");
        }
        if (options.partitions().isPresent() && options.partitions().getAsInt() != partitions) {
            throw new SourceStartException("Topic " + options.events() + " has " + partitions + " partitions, but "
                    + options.partitions().getAsInt()
                    + " were asked for. The count decides each queue's partition and is"
                    + " fixed for life: give partitions(" + partitions + ") or none, or publish to a new topic.");
        }
    }

    private void checkRegistry(int partitions, Config config) {
        String policy = value(config, TopicConfig.CLEANUP_POLICY_CONFIG);
        if (!policy.equals(TopicConfig.CLEANUP_POLICY_COMPACT)) {
            throw new SourceStartException("Topic " + options.registry() + " has cleanup.policy=" + policy
                    + ", so it would forget who owns a queue. Set cleanup.policy=compact on it: kafka-configs.sh --alter"
                    + " --topic " + options.registry() + " --add-config cleanup.policy=compact.");
        }
        if (partitions != 1) {
            throw new SourceStartException("Topic " + options.registry() + " has " + partitions
                    + " partitions, but the offset of a claim is an epoch and only one partition gives each a number of"
                    + " its own. Name another registry topic, with one partition.");
        }
    }

    private int partitionsOf(String topic, NewTopic whenMissing) throws InterruptedException {
        Optional<Integer> partitions = describe(topic);
        if (partitions.isPresent()) {
            return partitions.get();
        }
        if (!options.create()) {
            throw new SourceStartException("Topic " + topic + " is missing, and createTopics is false. Make it:"
                    + " kafka-topics.sh --create --topic " + topic + " --partitions " + whenMissing.numPartitions()
                    + " --config cleanup.policy=" + whenMissing.configs().get(TopicConfig.CLEANUP_POLICY_CONFIG) + ".");
        }
        try {
            get(admin.createTopics(List.of(whenMissing)).all(), "make topic " + topic);
        } catch (TopicExistsException e) {
            // another source was faster; what it made is checked like any other
        }
        return awaitReady(topic, whenMissing.numPartitions());
    }

    /**
     * A topic made moments ago may refuse a first batch and take the second. So no one writes before every partition has
     * answered.
     */
    private int awaitReady(String topic, int expected) throws InterruptedException {
        return persistently("write to topic " + topic, () -> {
            int partitions = describe(topic).orElse(expected);
            get(
                    admin.listOffsets(IntStream.range(0, partitions)
                                    .boxed()
                                    .collect(Collectors.toMap(
                                            partition -> new TopicPartition(topic, partition),
                                            partition -> OffsetSpec.latest())))
                            .all(),
                    "reach every partition of topic " + topic);
            return partitions;
        });
    }

    private Optional<Integer> describe(String topic) throws InterruptedException {
        try {
            return get(admin.describeTopics(List.of(topic)).allTopicNames(), "look at topic " + topic).values().stream()
                    .map(description -> description.partitions().size())
                    .findFirst();
        } catch (UnknownTopicOrPartitionException e) {
            return Optional.empty();
        }
    }

    private Config configOf(String topic) throws InterruptedException {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        String what = "read the settings of topic " + topic;
        return persistently(
                what, () -> get(admin.describeConfigs(List.of(resource)).all(), what)
                        .values()
                        .iterator()
                        .next());
    }

    /** Asks again while brokers have not heard of a new topic. */
    private <V> V persistently(String what, Question<V> question) throws InterruptedException {
        long attempts = Math.max(20, timeoutMillis / KafkaAnswer.PAUSE_MILLIS);
        for (long attempt = 1; ; attempt++) {
            try {
                return question.ask();
            } catch (RetriableException e) {
                if (attempt == attempts || e instanceof TimeoutException) {
                    throw new SourceStartException(
                            "Kafka did not let this source " + what + ": " + e.getMessage()
                                    + ". Look at the brokers' logs and start again.",
                            e);
                }
                KafkaAnswer.pause();
            }
        }
    }

    private interface Question<V> {
        V ask() throws InterruptedException;
    }

    private static String value(Config config, String name) {
        return config.get(name).value();
    }

    private <V> V get(KafkaFuture<V> future, String what) throws InterruptedException {
        return KafkaAnswer.await(future.toCompletionStage().toCompletableFuture(), timeoutMillis, what);
    }
}
