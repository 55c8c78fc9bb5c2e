package io.taskqueue.streams.clients;

import io.taskqueue.config.DurationText;
import io.taskqueue.kafka.ClientProperties;
import io.taskqueue.kafka.ClientProperties.Client;
import io.taskqueue.kafka.KafkaFailure;
import io.taskqueue.kafka.TopicAdmin;
import io.taskqueue.kafka.TopicNames;
import io.taskqueue.sink.SinkStoppedException;
import io.taskqueue.streams.settings.SinkSettings;
import io.taskqueue.streams.state.StoreNames;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.TopicConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Describes the event topic, and creates the sink's own topics. Not thread-safe. */
public final class EventTopicAdmin implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EventTopicAdmin.class);
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final SinkSettings<?> settings;
    private final TopicAdmin admin;

    public EventTopicAdmin(SinkSettings<?> settings) {
        this.settings = settings;
        try {
            this.admin = TopicAdmin.open(settings.kafka(), TIMEOUT);
        } catch (KafkaException e) {
            throw new SinkStoppedException("Sink " + settings.name() + " cannot connect to Kafka: " + reason(e), e);
        }
    }

    /**
     * Waits for the event topic, checks that it has as many partitions as the sink's state, and creates the sink's own topics.
     *
     * @throws SinkStoppedException if the cluster does not answer, or a topic is missing, does not fit or cannot be created
     */
    public EventTopicDescription prepare() {
        try {
            EventTopicDescription events = await();
            String changelog = TopicNames.changelog(settings.name(), StoreNames.STATE);
            Optional<TopicDescription> state = admin.describe(changelog);
            if (state.isPresent()) {
                requireAsMany(state.get(), events.partitions());
            }
            create(
                    "dead-letter topic",
                    new NewTopic(settings.topics().deadLetters(), 1, replicationFactor()),
                    RecordSizes.withEnvelope(events.maxMessageBytes()));
            String control = TopicNames.control(settings.name());
            create(
                    "control topic",
                    new NewTopic(control, events.partitions(), replicationFactor()),
                    TopicAdmin.DEFAULT_MAX_MESSAGE_BYTES);
            // a command is written to its queue's own partition, which must exist
            requireControlPartitions(control, events.partitions());
            return events;
        } catch (KafkaException e) {
            throw unanswered(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unanswered(e);
        }
    }

    /**
     * What the cluster reports of the event topic now.
     *
     * @throws KafkaException if the topic does not exist or the cluster does not answer
     */
    EventTopicDescription describe() throws InterruptedException {
        String topic = settings.topics().events();
        return description(admin.describe(topic)
                .orElseThrow(() -> new KafkaException("Topic " + topic + " does not exist. Create it.")));
    }

    @Override
    public void close() {
        admin.close();
    }

    private EventTopicDescription await() throws InterruptedException {
        String topic = settings.topics().events();
        Duration wait = settings.topics().startWait();
        Optional<TopicDescription> found = admin.describe(topic);
        if (found.isEmpty()) {
            LOG.warn(
                    "Sink {} waits for topic {}, which does not exist yet, for {}",
                    settings.name(),
                    topic,
                    DurationText.of(wait));
            found = admin.awaitExistence(topic, wait);
        }
        if (found.isEmpty()) {
            throw new SinkStoppedException(
                    "Sink " + settings.name() + " found no topic " + topic + " within " + DurationText.of(wait)
                            + ". Start a source, which creates it, or create it, or name another topic.",
                    null);
        }
        return description(found.get());
    }

    private EventTopicDescription description(TopicDescription topic) throws InterruptedException {
        Map<Integer, Long> logStarts = new HashMap<>();
        admin.offsets(TopicAdmin.partitions(topic), OffsetSpec.earliest())
                .forEach((partition, start) -> logStarts.put(partition.partition(), start));
        return new EventTopicDescription(
                topic.topicId(), topic.partitions().size(), maxMessageBytes(topic.name()), Map.copyOf(logStarts));
    }

    private int maxMessageBytes(String topic) throws InterruptedException {
        try {
            return TopicAdmin.maxMessageBytes(admin.config(topic));
        } catch (KafkaException e) {
            LOG.debug("The configuration of topic {} cannot be read; its default is assumed", topic, e);
            return TopicAdmin.DEFAULT_MAX_MESSAGE_BYTES;
        }
    }

    private void requireAsMany(TopicDescription state, int partitions) {
        int before = state.partitions().size();
        if (before != partitions) {
            throw new SinkStoppedException(
                    "Topic " + settings.topics().events() + " has " + partitions + " partitions, but the state of sink "
                            + settings.name() + " was written for " + before
                            + ". A queue is always in one partition, so a topic's partition count never changes. Create a "
                            + "new topic and read it with a sink of another name.",
                    null);
        }
    }

    private void requireControlPartitions(String control, int partitions) throws InterruptedException {
        Optional<TopicDescription> known = admin.describe(control);
        if (known.isPresent() && known.get().partitions().size() != partitions) {
            throw new SinkStoppedException(
                    "Topic " + control + " of sink " + settings.name() + " has "
                            + known.get().partitions().size() + " partitions, but its event topic "
                            + settings.topics().events() + " has " + partitions
                            + ", and a command is for the partition of its queue. Delete " + control
                            + " while the sink is stopped; the next start creates it again.",
                    null);
        }
    }

    private void create(String what, NewTopic topic, int maxMessageBytes) throws InterruptedException {
        if (admin.describe(topic.name()).isPresent()) {
            return;
        }
        try {
            boolean unused = admin.create(
                    topic.configs(Map.of(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, String.valueOf(maxMessageBytes))));
        } catch (KafkaException e) {
            throw new SinkStoppedException(
                    "Sink " + settings.name() + " cannot create its " + what + " " + topic.name() + ": " + reason(e)
                            + " Or create it yourself.",
                    e);
        }
    }

    /** That of Kafka Streams' topics, which the sink's other topics share; -1 is the broker's default. */
    private short replicationFactor() {
        return (short) new ClientProperties(settings.kafka())
                .number(Client.STREAMS, ClientProperties.STREAMS_REPLICATION_FACTOR, -1);
    }

    private SinkStoppedException unanswered(Exception cause) {
        return new SinkStoppedException(
                "Sink " + settings.name() + " cannot prepare its topics with Kafka at "
                        + settings.kafka().get("bootstrap.servers") + ": " + reason(cause),
                cause);
    }

    private String reason(Exception cause) {
        return KafkaFailure.of(cause, new ClientProperties(settings.kafka()).of(Client.ADMIN))
                .text();
    }
}
