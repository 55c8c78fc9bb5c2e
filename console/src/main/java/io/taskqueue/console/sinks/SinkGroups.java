package io.taskqueue.console.sinks;

import io.taskqueue.kafka.KafkaRequests;
import io.taskqueue.kafka.TopicAdmin;
import io.taskqueue.kafka.TopicNames;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsResult;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The consumer groups of an event topic: which are sinks, whether they run, and what they have committed.
 *
 * <p>Each method asks the cluster, and throws the {@link org.apache.kafka.common.KafkaException} of a request that fails. What the user may not
 * see of one group or topic is left out. Thread-safe.
 */
public final class SinkGroups {

    /**
     * A consumer group as it is now.
     *
     * @param state its state, as Kafka names it
     * @param members the number of running instances
     * @param assigned the partitions of the event topic that they have
     */
    public record Group(String state, int members, Set<Integer> assigned) {

        /** Whether a running instance has a partition, or may get it when the group has divided them. */
        boolean has(int partition) {
            return members > 0 && (!state.equals(GroupState.STABLE.toString()) || assigned.contains(partition));
        }

        boolean running() {
            return members > 0;
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(SinkGroups.class);

    private final Admin admin;
    private final KafkaRequests requests;
    private final String topic;

    /** @param timeout how long one request may take */
    public SinkGroups(Admin admin, String topic, Duration timeout) {
        this.admin = admin;
        this.topic = topic;
        this.requests = new KafkaRequests(timeout);
    }

    /** The names of all consumer groups that have committed offsets of the topic, in their order, without consoles. */
    public List<String> names(Collection<TopicPartition> partitions) throws InterruptedException {
        Collection<GroupListing> groups = requests.await(
                admin.listGroups(ListGroupsOptions.forConsumerGroups()).all(), "list the consumer groups");
        List<String> all = groups.stream().map(GroupListing::groupId).toList();
        List<String> names = new ArrayList<>(committed(all, partitions).keySet());
        Set<String> views = topics(names.stream().map(TopicNames::consoleView).toList())
                .found()
                .keySet();
        names.removeIf(name -> views.contains(TopicNames.consoleView(name)));
        return names;
    }

    /** The offsets that groups have committed, by the name of the group, without groups that have committed none. */
    public Map<String, Map<TopicPartition, Long>> committed(
            Collection<String> groups, Collection<TopicPartition> partitions) throws InterruptedException {
        if (groups.isEmpty()) {
            return Map.of();
        }
        ListConsumerGroupOffsetsSpec spec = new ListConsumerGroupOffsetsSpec().topicPartitions(partitions);
        ListConsumerGroupOffsetsResult answer = admin.listConsumerGroupOffsets(
                groups.stream().collect(Collectors.toMap(group -> group, group -> spec)));
        Map<String, Map<TopicPartition, Long>> committed = new TreeMap<>();
        for (String group : groups) {
            Map<TopicPartition, Long> offsets = new HashMap<>();
            ifVisible(answer.partitionsToOffsetAndMetadata(group), "list the committed offsets of group " + group)
                    .orElse(Map.of())
                    .forEach((partition, offset) -> {
                        if (offset != null) {
                            offsets.put(partition, offset.offset());
                        }
                    });
            if (!offsets.isEmpty()) {
                committed.put(group, offsets);
            }
        }
        return committed;
    }

    /** The groups as they are now, by name, without those that do not exist or may not be described. */
    public Map<String, Group> describe(Collection<String> groups) throws InterruptedException {
        Map<String, KafkaFuture<ConsumerGroupDescription>> answers =
                admin.describeConsumerGroups(groups).describedGroups();
        Map<String, Group> described = new HashMap<>();
        for (Map.Entry<String, KafkaFuture<ConsumerGroupDescription>> answer : answers.entrySet()) {
            ifVisible(answer.getValue(), "describe consumer group " + answer.getKey())
                    .ifPresent(group -> described.put(answer.getKey(), group(group)));
        }
        return described;
    }

    private Group group(ConsumerGroupDescription group) {
        Set<Integer> assigned = new HashSet<>();
        group.members().forEach(member -> member.assignment().topicPartitions().forEach(partition -> {
            if (partition.topic().equals(topic)) {
                assigned.add(partition.partition());
            }
        }));
        return new Group(group.groupState().toString(), group.members().size(), assigned);
    }

    /**
     * Topics as they are now.
     *
     * @param found those that exist, by name
     * @param denied the names of those that may not be described, whether they exist or not
     */
    record Topics(Map<String, TopicDescription> found, Set<String> denied) {

        static final Topics NONE = new Topics(Map.of(), Set.of());

        /** The partitions of a topic; none of one that was not found. */
        List<TopicPartition> partitions(String name) {
            TopicDescription topic = found.get(name);
            return topic == null ? List.of() : TopicAdmin.partitions(topic);
        }
    }

    /** Describes topics. */
    Topics topics(Collection<String> names) throws InterruptedException {
        Map<String, KafkaFuture<TopicDescription>> answers =
                admin.describeTopics(names).topicNameValues();
        Map<String, TopicDescription> found = new HashMap<>();
        Set<String> denied = new HashSet<>();
        for (Map.Entry<String, KafkaFuture<TopicDescription>> answer : answers.entrySet()) {
            String name = answer.getKey();
            try {
                found.put(name, requests.await(answer.getValue(), "describe topic " + name));
            } catch (AuthorizationException e) {
                denied.add(name);
            } catch (UnknownTopicOrPartitionException e) {
                LOG.debug("There is no topic {}", name, e);
            }
        }
        return new Topics(found, denied);
    }

    private <V> Optional<V> ifVisible(KafkaFuture<V> answer, String action) throws InterruptedException {
        try {
            return Optional.ofNullable(requests.await(answer, action));
        } catch (AuthorizationException | GroupIdNotFoundException invisible) {
            return Optional.empty();
        }
    }
}
