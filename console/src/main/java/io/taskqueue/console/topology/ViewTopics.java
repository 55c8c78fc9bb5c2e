package io.taskqueue.console.topology;

import io.taskqueue.console.fold.EventTopicState;
import io.taskqueue.kafka.KafkaRequests;
import io.taskqueue.kafka.TopicAdmin;
import io.taskqueue.kafka.TopicNames;
import io.taskqueue.kafka.TopicProbe;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The event topic, which the view waits for, and the view's own changelog topic and group, which are kept fit for it. For one thread, but
 * {@link #close}.
 */
final class ViewTopics implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ViewTopics.class);
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final Duration LOOKUP_INTERVAL = Duration.ofMillis(500);
    private static final int DELETION_LOOKUPS = 60;

    private final ViewSettings settings;
    private final String changelog;
    private final TopicProbe probe;
    private final KafkaRequests requests = new KafkaRequests(TIMEOUT);

    ViewTopics(ViewSettings settings) {
        this.settings = settings;
        this.changelog = TopicNames.changelog(settings.name(), ViewTopology.VIEW);
        this.probe = new TopicProbe(settings.kafka(), settings.topic(), TIMEOUT);
    }

    /**
     * Waits for the event topic, without a limit.
     *
     * @param waiting receives the reason each time that the topic cannot be used
     */
    EventTopicState await(Consumer<String> waiting) throws InterruptedException {
        while (true) {
            Optional<String> problem = probe.problem(partition -> true);
            Optional<EventTopicState> found = problem.isPresent() ? Optional.empty() : describe();
            if (found.isPresent()) {
                return found.get();
            }
            waiting.accept("The view waits for its event topic: "
                    + problem.orElse("topic " + settings.topic() + " does not exist")
                    + ". It starts as soon as the topic can be read; a source creates it.");
            KafkaRequests.pause(LOOKUP_INTERVAL);
        }
    }

    /** The event topic now; empty if it does not exist. */
    Optional<EventTopicState> describe() throws InterruptedException {
        Optional<TopicDescription> topic = admin().describe(settings.topic());
        if (topic.isEmpty()) {
            return Optional.empty();
        }
        Map<Integer, Long> starts = new HashMap<>();
        admin().offsets(TopicAdmin.partitions(topic.get()), OffsetSpec.earliest())
                .forEach((partition, offset) -> starts.put(partition.partition(), offset));
        return Optional.of(new EventTopicState(
                topic.get().topicId().toString(), topic.get().partitions().size(), starts));
    }

    /**
     * Gives the changelog topic as many partitions as the event topic has: Kafka Streams refuses to start otherwise.
     *
     * @return false if the view must be built again: it has more, or it was deleted, and what was committed would skip the events whose state it had
     */
    boolean fit(EventTopicState topic) throws InterruptedException {
        Optional<TopicDescription> found = admin().describe(changelog);
        if (found.isEmpty()) {
            return committed().isEmpty();
        }
        int own = found.get().partitions().size();
        if (own < topic.partitions()) {
            admin().addPartitions(changelog, topic.partitions());
            LOG.warn(
                    "Partitions were added to topic {}: it has {} now. The console has extended its topic {} from {}.",
                    settings.topic(),
                    topic.partitions(),
                    changelog,
                    own);
        }
        return own <= topic.partitions();
    }

    private Map<TopicPartition, OffsetAndMetadata> committed() throws InterruptedException {
        try {
            return requests.await(
                    probe.admin().listConsumerGroupOffsets(settings.name()).partitionsToOffsetAndMetadata(),
                    "list the committed offsets of group " + settings.name());
        } catch (GroupIdNotFoundException e) {
            return Map.of();
        }
    }

    /** Deletes the view's changelog topic and its group with what is committed, so that it is built again from the events. */
    void reset() throws InterruptedException {
        Admin client = probe.admin();
        try {
            requests.await(
                    client.deleteConsumerGroups(List.of(settings.name())).all(),
                    "delete consumer group " + settings.name());
        } catch (GroupIdNotFoundException e) {
            LOG.debug("Nothing was committed", e);
        }
        try {
            requests.await(client.deleteTopics(List.of(changelog)).all(), "delete topic " + changelog);
        } catch (UnknownTopicOrPartitionException e) {
            LOG.debug("There was no changelog topic", e);
        }
        for (int lookup = 0;
                lookup < DELETION_LOOKUPS && admin().describe(changelog).isPresent();
                lookup++) {
            KafkaRequests.pause(LOOKUP_INTERVAL);
        }
    }

    private TopicAdmin admin() {
        return new TopicAdmin(probe.admin(), TIMEOUT);
    }

    @Override
    public void close() {
        probe.close();
    }
}
