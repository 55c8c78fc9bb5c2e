package io.taskqueue.cli.doctor;

import io.taskqueue.cli.shared.ExistingTopic;
import io.taskqueue.cli.shared.KafkaOptions;
import io.taskqueue.kafka.TopicAdmin;
import io.taskqueue.kafka.TopicNames;
import io.taskqueue.kafka.TopicOffsets;
import io.taskqueue.kafka.TopicReader;
import io.taskqueue.streams.state.StoreNames;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;

/**
 * The cluster that is examined: what several checks read of it is read once. For one thread; every method throws the {@link
 * org.apache.kafka.common.KafkaException} of a request that fails.
 */
final class ExaminedCluster {

    /**
     * What is examined.
     *
     * @param events the event topic
     * @param registry the registry topic
     * @param sinks the sinks; empty for all that have read the event topic
     * @param replayHorizon how far back a replay must be possible
     */
    record Scope(String events, String registry, List<String> sinks, Duration replayHorizon) {

        Scope {
            sinks = List.copyOf(sinks);
        }
    }

    private final Admin admin;
    private final Map<String, Object> kafka;
    private final Scope scope;
    private final KafkaTools tools;
    private final Clock clock;
    private final TopicAdmin topics;
    private final Map<String, Optional<TopicDescription>> descriptions = new HashMap<>();
    private final Map<String, Map<String, String>> configs = new HashMap<>();
    private final Map<Integer, Map<String, String>> brokerConfigs = new HashMap<>();

    /**
     * @param admin not closed here
     * @param kafka the properties of other clients
     * @param clock the clock of this machine
     */
    ExaminedCluster(Admin admin, Map<String, Object> kafka, Scope scope, KafkaTools tools, Clock clock) {
        this.admin = admin;
        this.kafka = Map.copyOf(kafka);
        this.scope = scope;
        this.tools = tools;
        this.clock = clock;
        this.topics = new TopicAdmin(admin, KafkaOptions.REQUEST_TIMEOUT);
    }

    Admin admin() {
        return admin;
    }

    Map<String, Object> kafka() {
        return kafka;
    }

    Scope scope() {
        return scope;
    }

    KafkaTools tools() {
        return tools;
    }

    Clock clock() {
        return clock;
    }

    TopicAdmin topics() {
        return topics;
    }

    /** Waits for an answer. */
    <V> V await(KafkaFuture<V> answer, String action) throws InterruptedException {
        return KafkaOptions.REQUESTS.await(answer, action);
    }

    /** The brokers that are registered, by id. */
    List<Node> brokers() throws InterruptedException {
        Collection<Node> nodes = await(admin.describeCluster().nodes(), "list the brokers");
        return nodes.stream().sorted(Comparator.comparingInt(Node::id)).toList();
    }

    /** A topic; empty if there is none of this name. */
    Optional<TopicDescription> topic(String name) throws InterruptedException {
        Optional<TopicDescription> known = descriptions.get(name);
        if (known == null) {
            known = topics.describe(name);
            descriptions.put(name, known);
        }
        return known;
    }

    /** The event topic; empty if it does not exist, which a check of its own reports. */
    Optional<TopicDescription> events() throws InterruptedException {
        return topic(scope.events());
    }

    /** Whether each partition of the event topic, if there is one, has a leader. */
    boolean isReadable() throws InterruptedException {
        return events().map(ReplicasCheck::withoutLeader).orElse(List.of()).isEmpty();
    }

    /** The timestamp of the first record at an offset or behind it; empty if there is none. */
    OptionalLong timestamp(TopicPartition partition, long offset) throws InterruptedException {
        Map<TopicPartition, Long> ends = topics.offsets(List.of(partition), OffsetSpec.latest());
        if (offset >= ends.getOrDefault(partition, 0L)) {
            return OptionalLong.empty();
        }
        try (TopicReader reader =
                TopicReader.open(kafka, IsolationLevel.READ_UNCOMMITTED, KafkaOptions.REQUEST_TIMEOUT)) {
            return reader.first(Map.of(partition, offset), ends).values().stream()
                    .mapToLong(ConsumerRecord::timestamp)
                    .findFirst();
        }
    }

    /** The age of a record. A difference of wall clocks, because another machine set the timestamp; 0 if the clock of that one is ahead. */
    Duration age(long timestamp) {
        return age(Instant.ofEpochMilli(timestamp), clock.instant());
    }

    static Duration age(Instant timestamp, Instant now) {
        return timestamp.isAfter(now) ? Duration.ZERO : Duration.between(timestamp, now);
    }

    /** The offsets of the event topic, which must exist. */
    TopicOffsets offsets() throws InterruptedException {
        return ExistingTopic.find(admin, scope.events());
    }

    /** The properties of a topic that have a value, defaults included. */
    Map<String, String> config(String topic) throws InterruptedException {
        Map<String, String> known = configs.get(topic);
        if (known == null) {
            known = values(topics.config(topic));
            configs.put(topic, known);
        }
        return known;
    }

    /** The properties of a broker that have a value, defaults included. */
    Map<String, String> brokerConfig(Node broker) throws InterruptedException {
        Map<String, String> known = brokerConfigs.get(broker.id());
        if (known == null) {
            ConfigResource resource = new ConfigResource(ConfigResource.Type.BROKER, broker.idString());
            known = values(await(
                            admin.describeConfigs(List.of(resource)).all(),
                            "read the configuration of broker " + broker.id())
                    .values()
                    .iterator()
                    .next());
            brokerConfigs.put(broker.id(), known);
        }
        return known;
    }

    /** The names of the sinks to examine. Other consumer groups of the event topic have no state of a sink. */
    List<String> sinks() throws InterruptedException {
        if (!scope.sinks().isEmpty()) {
            return scope.sinks();
        }
        if (events().isEmpty()) {
            return List.of();
        }
        List<String> sinks = new ArrayList<>();
        for (String group : ExistingTopic.readers(admin, offsets())) {
            if (topic(TopicNames.changelog(group, StoreNames.STATE)).isPresent()) {
                sinks.add(group);
            }
        }
        return sinks;
    }

    private static Map<String, String> values(Config config) {
        Map<String, String> values = new HashMap<>();
        for (ConfigEntry entry : config.entries()) {
            if (entry.value() != null) {
                values.put(entry.name(), entry.value());
            }
        }
        return Map.copyOf(values);
    }
}
