package io.taskqueue.streams.topics;

import io.taskqueue.kafka.ClientProperties;
import io.taskqueue.kafka.ClientProperties.Client;
import io.taskqueue.kafka.KafkaFailure;
import io.taskqueue.kafka.TopicAdmin;
import io.taskqueue.sink.SinkStoppedException;
import io.taskqueue.streams.settings.SinkSettings;
import io.taskqueue.streams.topics.OwnTopic.Creation;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The topics of a sink, kept fit for the event topic: with as many partitions, and large enough for every record derived from one of its
 * records. Called at start, where the event topic has changed, and where a record needs more. Thread-safe.
 */
public final class OwnTopics {

    private static final Logger LOG = LoggerFactory.getLogger(OwnTopics.class);

    private final SinkSettings<?> settings;
    private final TopicAdmin admin;
    private final List<OwnTopic> topics;

    /** Of the topics without which the sink does not work. */
    private final List<String> names;

    private int partitions;

    /** Whether all topics exist: Kafka Streams may create one with the partitions that the event topic had before. */
    private boolean complete;

    private volatile int takes;
    private volatile Optional<String> partitionsNote = Optional.empty();
    private volatile Optional<String> limitsNote = Optional.empty();

    /**
     * A topic whose limits are too low, or are not known, and which this instance may not change.
     *
     * @param takes the largest record of the event topic that it takes, as far as it is known
     */
    private record Refusal(int takes, String text) {}

    /** @param admin not closed here */
    public OwnTopics(SinkSettings<?> settings, TopicAdmin admin) {
        this.settings = settings;
        this.admin = admin;
        this.topics = OwnTopic.of(settings);
        this.names = topics.stream()
                .filter(topic -> topic.creation() != Creation.OPTIONAL)
                .map(OwnTopic::name)
                .toList();
    }

    /** What an operator has to do for the topics; empty if nothing. */
    public Optional<String> note() {
        return partitionsNote.or(() -> limitsNote);
    }

    /** The size of the largest record of the event topic for which the topics have room. */
    public int takes() {
        return takes;
    }

    /**
     * Creates the topics that are missing, except those of Kafka Streams, and makes the others fit. If one that is required cannot be
     * created, none is.
     *
     * @throws SinkStoppedException if a topic cannot be created, has more partitions than the event topic, or cannot get as many
     */
    public synchronized void prepare(int partitions, int maxMessageBytes) throws InterruptedException {
        Map<String, TopicDescription> found = admin.describe(names);
        List<OwnTopic> missing = new ArrayList<>();
        for (OwnTopic topic : topics) {
            if (topic.creation() == Creation.OPTIONAL) {
                continue;
            }
            TopicDescription description = found.get(topic.name());
            if (description == null) {
                missing.add(topic);
            } else if (topic.follows()) {
                requireNoMore(topic, description.partitions().size(), partitions);
            }
        }
        if (!missing.isEmpty()) {
            create(missing, partitions, maxMessageBytes);
            found = admin.describe(names);
        }
        try {
            complete = extend(found, partitions);
        } catch (KafkaException e) {
            throw new SinkStoppedException(notExtended(partitions, e), e);
        }
        this.partitions = partitions;
        raise(found, maxMessageBytes);
        for (OwnTopic topic : topics) {
            if (topic.creation() == Creation.OPTIONAL) {
                createIfPossible(topic, partitions, maxMessageBytes);
            }
        }
    }

    /** Makes the topics fit for an event topic that may have changed; what fails is logged, and tried again by the next call. */
    public synchronized void adopt(int nowPartitions, int maxMessageBytes) throws InterruptedException {
        if (maxMessageBytes > takes || limitsNote.isPresent()) {
            raise(admin.describe(names), Math.max(maxMessageBytes, takes));
        }
        if (nowPartitions == partitions && complete) {
            return;
        }
        try {
            complete = extend(admin.describe(names), nowPartitions);
            partitions = nowPartitions;
            partitionsNote = Optional.empty();
        } catch (KafkaException e) {
            partitionsNote = logged(partitionsNote, notExtended(nowPartitions, e));
        }
    }

    /**
     * Makes the topics fit for a record of the event topic that is larger than they take: its limit has been raised since it was read, or
     * the record was compressed.
     *
     * @param bytes the size of the record, not compressed
     * @throws SinkStoppedException if that fails
     */
    public synchronized void makeRoom(int bytes) {
        String reason = "The sink was interrupted. Start it again.";
        try {
            if (bytes > takes) {
                raise(admin.describe(names), bytes);
            }
            reason = limitsNote.orElse("");
        } catch (KafkaException e) {
            reason = KafkaFailure.of(e, new ClientProperties(settings.kafka()).of(Client.ADMIN))
                    .text();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (bytes > takes) {
            throw new SinkStoppedException(
                    "Sink " + settings.name() + " stopped before a record of " + bytes + " bytes in topic "
                            + settings.topics().events() + ", because its own topics take smaller ones only. " + reason,
                    null);
        }
    }

    private void requireNoMore(OwnTopic topic, int own, int partitions) {
        if (own <= partitions) {
            return;
        }
        String found = "Topic " + settings.topics().events() + " has " + partitions + " partitions, but ";
        throw new SinkStoppedException(
                topic.byStreams()
                        ? found + "the state of sink " + settings.name() + " was written for " + own
                                + ": the topic was deleted and created with fewer. Create it with " + own
                                + " partitions, or read it with a sink of another name."
                        : found + "topic " + topic.name() + " of sink " + settings.name() + " has " + own
                                + ", and a command is for the partition of its queue. Delete " + topic.name()
                                + " while the sink is stopped; the next start creates it again.",
                null);
    }

    private void create(List<OwnTopic> missing, int partitions, int maxMessageBytes) throws InterruptedException {
        List<NewTopic> all = new ArrayList<>();
        List<NewTopic> own = new ArrayList<>();
        for (OwnTopic topic : missing) {
            NewTopic created = topic.newTopic(partitions, replicationFactor(), maxMessageBytes);
            all.add(created);
            if (!topic.byStreams()) {
                own.add(created);
            }
        }
        try {
            requireNone(missing, admin.validate(all));
            if (!own.isEmpty()) {
                requireNone(missing, admin.create(own));
            }
        } catch (KafkaException e) {
            throw notCreated(missing.get(0), e);
        }
    }

    private void requireNone(List<OwnTopic> missing, Map<String, KafkaException> failures) {
        for (OwnTopic topic : missing) {
            KafkaException failure = failures.get(topic.name());
            if (failure instanceof InvalidTopicException) {
                throw new SinkStoppedException(
                        "Sink " + settings.name() + " cannot create its " + topic.purpose() + " " + topic.name() + ": "
                                + failure.getMessage()
                                + ". Kafka does not distinguish dots and underscores in the names of topics."
                                + " Give the sink a name that differs in another character.",
                        failure);
            }
            if (failure != null) {
                throw notCreated(topic, failure);
            }
        }
    }

    private void createIfPossible(OwnTopic topic, int partitions, int maxMessageBytes) throws InterruptedException {
        try {
            if (admin.describe(topic.name()).isEmpty()) {
                boolean unused = admin.create(topic.newTopic(partitions, replicationFactor(), maxMessageBytes));
            }
        } catch (KafkaException e) {
            LOG.warn(
                    "Sink {} works without its {}: {}",
                    settings.name(),
                    topic.purpose(),
                    notCreated(topic, e).getMessage());
        }
    }

    /** That of Kafka Streams' topics, for all of the sink's topics; -1 is the broker's default. */
    private short replicationFactor() {
        return (short) new ClientProperties(settings.kafka())
                .number(Client.STREAMS, ClientProperties.STREAMS_REPLICATION_FACTOR, -1);
    }

    private SinkStoppedException notCreated(OwnTopic topic, KafkaException cause) {
        return new SinkStoppedException(
                "Sink " + settings.name() + " cannot create its " + topic.purpose() + " " + topic.name() + ": "
                        + KafkaFailure.of(cause, new ClientProperties(settings.kafka()).of(Client.ADMIN))
                                .text()
                        + " Or create it yourself.",
                cause);
    }

    /** Returns whether all topics exist. */
    private boolean extend(Map<String, TopicDescription> found, int partitions) throws InterruptedException {
        boolean all = true;
        for (OwnTopic topic : topics) {
            if (!topic.follows()) {
                continue;
            }
            TopicDescription description = found.get(topic.name());
            all &= description != null;
            int before =
                    description == null ? partitions : description.partitions().size();
            if (before < partitions) {
                admin.addPartitions(topic.name(), partitions);
                LOG.warn(
                        "Partitions were added to topic {}: it has {} now. Sink {} has extended its topic {} from {} to {}",
                        settings.topics().events(),
                        partitions,
                        settings.name(),
                        topic.name(),
                        before,
                        partitions);
            }
        }
        return all;
    }

    private String notExtended(int partitions, KafkaException cause) {
        String commands = topics.stream()
                .filter(OwnTopic::follows)
                .map(topic -> "kafka-topics.sh --alter --topic " + topic.name() + " --partitions " + partitions)
                .collect(Collectors.joining("; "));
        return "Topic " + settings.topics().events() + " has " + partitions + " partitions now, but sink "
                + settings.name() + " cannot add partitions to its own topics: " + cause
                + ". Permit Alter on them, or run: " + commands;
    }

    /** Gives the topics room for what is derived from a record of this size, as far as possible. */
    private void raise(Map<String, TopicDescription> found, int maxMessageBytes) throws InterruptedException {
        int needed = RecordSizes.withEnvelope(maxMessageBytes);
        List<Refusal> refusals = new ArrayList<>();
        // Kafka Streams creates the others large enough
        List<OwnTopic> existing = topics.stream()
                .filter(topic -> topic.keepsEvents() && found.containsKey(topic.name()))
                .toList();
        Map<String, Config> configurations = configurations(existing);
        for (OwnTopic topic : existing) {
            raise(topic, Optional.ofNullable(configurations.get(topic.name())), needed)
                    .ifPresent(refusals::add);
        }
        takes = refusals.stream().mapToInt(Refusal::takes).reduce(maxMessageBytes, Math::min);
        limitsNote = refusals.isEmpty()
                ? Optional.empty()
                : logged(
                        limitsNote,
                        "Topic " + settings.topics().events() + " takes records of " + maxMessageBytes
                                + " bytes, but sink " + settings.name()
                                + " cannot ensure that its own topics take them. "
                                + refusals.stream().map(Refusal::text).collect(Collectors.joining(" ")));
    }

    /** The configurations of topics, read together; none if one cannot be read: each is then read for itself. */
    private Map<String, Config> configurations(List<OwnTopic> existing) throws InterruptedException {
        try {
            return admin.configs(existing.stream().map(OwnTopic::name).toList());
        } catch (KafkaException e) {
            LOG.debug("The configurations of {} cannot be read together", existing, e);
            return Map.of();
        }
    }

    private Optional<Refusal> raise(OwnTopic topic, Optional<Config> read, int needed) throws InterruptedException {
        Map<String, Integer> low;
        try {
            low = limitsBelow(needed, read.isPresent() ? read.get() : admin.config(topic.name()));
        } catch (KafkaException e) {
            return needed <= RecordSizes.withEnvelope(TopicAdmin.DEFAULT_MAX_MESSAGE_BYTES)
                    ? Optional.empty() // it was created with as much
                    : Optional.of(new Refusal(
                            Integer.MAX_VALUE, "Topic " + topic.name() + ": " + e + ". Permit DescribeConfigs on it."));
        }
        if (low.isEmpty()) {
            return Optional.empty();
        }
        Map<String, String> raised = new TreeMap<>();
        low.keySet().forEach(limit -> raised.put(limit, String.valueOf(needed)));
        try {
            admin.configure(topic.name(), raised);
            LOG.info("Sink {} has set {} on its topic {}", settings.name(), raised, topic.name());
            return Optional.empty();
        } catch (KafkaException e) {
            return Optional.of(new Refusal(
                    RecordSizes.withoutEnvelope(Collections.min(low.values())),
                    "Topic " + topic.name() + ": " + e
                            + ". Permit AlterConfigs on it, or run: kafka-configs.sh --alter --topic " + topic.name()
                            + " --add-config " + text(raised) + "."));
        }
    }

    /** The limits of a topic that are too low for a record. */
    private static Map<String, Integer> limitsBelow(int bytes, Config config) {
        Map<String, Integer> low = new HashMap<>();
        for (String limit : List.of(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, TopicConfig.SEGMENT_BYTES_CONFIG)) {
            ConfigEntry entry = config.get(limit);
            if (entry != null && Long.parseLong(entry.value()) < bytes) {
                low.put(limit, Integer.parseInt(entry.value()));
            }
        }
        return low;
    }

    private static String text(Map<String, String> properties) {
        return properties.entrySet().stream()
                .map(property -> property.getKey() + "=" + property.getValue())
                .collect(Collectors.joining(","));
    }

    /** Logs what is new. */
    private static Optional<String> logged(Optional<String> before, String now) {
        if (!before.equals(Optional.of(now))) {
            LOG.warn("{}", now);
        }
        return Optional.of(now);
    }
}
