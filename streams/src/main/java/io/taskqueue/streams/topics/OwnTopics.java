package io.taskqueue.streams.topics;

import io.taskqueue.kafka.TopicAdmin;
import io.taskqueue.sink.SinkStoppedException;
import io.taskqueue.streams.settings.SinkSettings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
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

    /** What the topics were made fit for. */
    private record Fit(int partitions, int maxMessageBytes) {}

    private final SinkSettings<?> settings;
    private final TopicAdmin admin;
    private final List<OwnTopic> topics;
    private Fit fit = new Fit(0, 0);
    private volatile Optional<String> note = Optional.empty();

    /** @param admin not closed here */
    public OwnTopics(SinkSettings<?> settings, TopicAdmin admin) {
        this.settings = settings;
        this.admin = admin;
        this.topics = OwnTopic.of(settings);
    }

    /** What an operator has to do for the topics; empty if nothing. */
    public Optional<String> note() {
        return note;
    }

    /**
     * Creates the topics that are missing, except those of Kafka Streams, and makes the others fit. If one cannot be created, none is.
     *
     * @throws SinkStoppedException if a topic cannot be created, has more partitions than the event topic, or cannot get as many
     */
    public synchronized void prepare(int partitions, int maxMessageBytes) throws InterruptedException {
        List<OwnTopic> missing = new ArrayList<>();
        for (OwnTopic topic : topics) {
            Optional<TopicDescription> found = admin.describe(topic.name());
            if (found.isEmpty()) {
                missing.add(topic);
            } else if (topic.follows()) {
                requireNoMore(topic, found.get().partitions().size(), partitions);
            }
        }
        for (OwnTopic topic : missing) {
            validate(topic, partitions, maxMessageBytes);
        }
        for (OwnTopic topic : missing) {
            if (!topic.byStreams()) {
                create(topic, partitions, maxMessageBytes);
            }
        }
        try {
            extend(partitions);
        } catch (KafkaException e) {
            throw new SinkStoppedException(notExtended(partitions, e), e);
        }
        raise(maxMessageBytes);
        fit = new Fit(partitions, maxMessageBytes);
    }

    /** Makes the topics fit for an event topic that may have changed; what fails is logged, and tried again by the next call. */
    public synchronized void adopt(int partitions, int maxMessageBytes) throws InterruptedException {
        Fit wanted = new Fit(partitions, Math.max(maxMessageBytes, fit.maxMessageBytes()));
        if (wanted.equals(fit)) {
            return;
        }
        try {
            extend(partitions);
        } catch (KafkaException e) {
            note(notExtended(partitions, e));
            return;
        }
        if (raise(wanted.maxMessageBytes())) {
            note = Optional.empty();
            fit = wanted;
        }
    }

    /**
     * Makes the topics fit for a record of the event topic that is larger than its description allowed: its limit has been raised since it
     * was read, or the record was compressed.
     *
     * @param bytes the size of the record, not compressed
     * @throws SinkStoppedException if that fails
     */
    public synchronized void makeRoom(int bytes) {
        if (bytes <= fit.maxMessageBytes()) {
            return;
        }
        try {
            if (raise(bytes)) {
                fit = new Fit(fit.partitions(), bytes);
                return;
            }
        } catch (KafkaException e) {
            note = Optional.of(e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new SinkStoppedException(
                "Sink " + settings.name() + " stopped before a record of " + bytes + " bytes in topic "
                        + settings.topics().events() + ", because its own topics take smaller ones only. "
                        + note.orElse("The sink was interrupted. Start it again."),
                null);
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

    private void validate(OwnTopic topic, int partitions, int maxMessageBytes) throws InterruptedException {
        try {
            admin.validate(topic.newTopic(partitions, maxMessageBytes));
        } catch (InvalidTopicException e) {
            throw new SinkStoppedException(
                    "Sink " + settings.name() + " cannot create its " + topic.purpose() + " " + topic.name() + ": "
                            + e.getMessage()
                            + ". Kafka does not distinguish dots and underscores in the names of topics."
                            + " Give the sink a name that differs in another character.",
                    e);
        } catch (KafkaException e) {
            throw notCreated(topic, e);
        }
    }

    private void create(OwnTopic topic, int partitions, int maxMessageBytes) throws InterruptedException {
        try {
            boolean unused = admin.create(topic.newTopic(partitions, maxMessageBytes));
        } catch (KafkaException e) {
            throw notCreated(topic, e);
        }
    }

    private SinkStoppedException notCreated(OwnTopic topic, KafkaException cause) {
        return new SinkStoppedException(
                "Sink " + settings.name() + " cannot create its " + topic.purpose() + " " + topic.name() + ": " + cause
                        + ". Create it, or permit the sink to create topics.",
                cause);
    }

    private void extend(int partitions) throws InterruptedException {
        for (OwnTopic topic : topics) {
            if (!topic.follows()) {
                continue;
            }
            Optional<TopicDescription> found = admin.describe(topic.name());
            int before =
                    found.map(description -> description.partitions().size()).orElse(partitions);
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

    /** Returns whether all topics take what is derived from a record of this size. */
    private boolean raise(int maxMessageBytes) throws InterruptedException {
        Map<OwnTopic, Map<String, String>> failed = new LinkedHashMap<>();
        KafkaException cause = null;
        for (OwnTopic topic : topics) {
            Map<String, String> missing = Map.of();
            try {
                missing = missing(topic, RecordSizes.withEnvelope(maxMessageBytes));
                if (!missing.isEmpty()) {
                    admin.configure(topic.name(), missing);
                    LOG.info("Sink {} has set {} on its topic {}", settings.name(), missing, topic.name());
                }
            } catch (KafkaException e) {
                cause = e;
                failed.put(topic, missing);
            }
        }
        // a topic whose configuration cannot be read takes what it was created for
        failed.values()
                .removeIf(missing -> missing.isEmpty() && maxMessageBytes <= TopicAdmin.DEFAULT_MAX_MESSAGE_BYTES);
        if (failed.isEmpty()) {
            return true;
        }
        String needed = TopicConfig.MAX_MESSAGE_BYTES_CONFIG + "=" + RecordSizes.withEnvelope(maxMessageBytes);
        String commands = failed.entrySet().stream()
                .map(topic ->
                        "kafka-configs.sh --alter --topic " + topic.getKey().name() + " --add-config "
                                + (topic.getValue().isEmpty() ? needed : text(topic.getValue())))
                .collect(Collectors.joining("; "));
        note("Topic " + settings.topics().events() + " takes records of " + maxMessageBytes + " bytes, but sink "
                + settings.name() + " cannot check or raise what its own topics take: " + cause
                + ". Permit DescribeConfigs and AlterConfigs on them, or run: " + commands);
        return false;
    }

    /** The properties of a topic that are too low for a record, with what they must be. */
    private Map<String, String> missing(OwnTopic topic, int bytes) throws InterruptedException {
        Map<String, String> missing = new LinkedHashMap<>();
        if (topic.keepsEvents() && admin.describe(topic.name()).isPresent()) {
            Config now = admin.config(topic.name());
            for (String limit : List.of(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, TopicConfig.SEGMENT_BYTES_CONFIG)) {
                ConfigEntry entry = now.get(limit);
                if (entry != null && Long.parseLong(entry.value()) < bytes) {
                    missing.put(limit, String.valueOf(bytes));
                }
            }
        }
        return missing;
    }

    private static String text(Map<String, String> properties) {
        return properties.entrySet().stream()
                .map(property -> property.getKey() + "=" + property.getValue())
                .collect(Collectors.joining(","));
    }

    private void note(String text) {
        if (!note.equals(Optional.of(text))) {
            LOG.warn("{}", text);
        }
        note = Optional.of(text);
    }
}
