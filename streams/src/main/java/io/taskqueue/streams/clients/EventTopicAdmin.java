package io.taskqueue.streams.clients;

import io.taskqueue.config.DurationText;
import io.taskqueue.kafka.ClientProperties;
import io.taskqueue.kafka.ClientProperties.Client;
import io.taskqueue.kafka.KafkaFailure;
import io.taskqueue.kafka.KafkaRequests;
import io.taskqueue.kafka.TopicAdmin;
import io.taskqueue.kafka.TopicProbe;
import io.taskqueue.sink.SinkStoppedException;
import io.taskqueue.streams.settings.SinkSettings;
import io.taskqueue.streams.topics.OwnTopics;
import io.taskqueue.streams.topics.SinkIdentity;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Describes the event topic, and keeps the sink's own topics fit for it. Thread-safe. */
public final class EventTopicAdmin implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EventTopicAdmin.class);
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration LOOKUP_INTERVAL = Duration.ofSeconds(1);

    /** Learns what a start waits for. */
    public interface Waiting {

        /** The start waits, without a limit, for what is described; or, with null, does not any more. */
        void waiting(@Nullable String what);
    }

    private final SinkSettings<?> settings;
    private final TopicAdmin admin;
    private final OwnTopics own;

    public EventTopicAdmin(SinkSettings<?> settings) {
        this.settings = settings;
        try {
            this.admin = TopicAdmin.open(settings.kafka(), TIMEOUT);
        } catch (KafkaException e) {
            throw new SinkStoppedException("Sink " + settings.name() + " cannot connect to Kafka: " + reason(e), e);
        }
        this.own = new OwnTopics(settings, admin);
    }

    /**
     * Waits for the event topic, prepares the sink's own topics for it, and checks that this instance is the sink that they belong to. A
     * cluster that does not answer is waited for as well, if the topic is waited for without a limit.
     *
     * @throws SinkStoppedException if the cluster does not answer, or a topic is missing, does not fit or cannot be created, or belongs to
     *     another sink
     */
    public EventTopicDescription prepare(Waiting waiting) {
        try {
            while (true) {
                try {
                    return prepareOnce(waiting);
                } catch (RetriableException e) {
                    if (!settings.topics().missing().unlimited()) {
                        throw e;
                    }
                    LOG.warn(
                            "Sink {} waits until the cluster answers, without a limit: {}", settings.name(), reason(e));
                    waiting.waiting("the sink waits until the cluster answers: " + reason(e));
                    KafkaRequests.pause(LOOKUP_INTERVAL);
                }
            }
        } catch (KafkaException e) {
            throw unanswered(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unanswered(e);
        }
    }

    private EventTopicDescription prepareOnce(Waiting waiting) throws InterruptedException {
        try (SinkIdentity identity = new SinkIdentity(settings, TIMEOUT)) {
            EventTopicDescription events = await(waiting);
            own.prepare(events.partitions(), events.maxMessageBytes());
            identity.claim(settings.application().adopt());
            return events;
        }
    }

    /**
     * What the cluster reports of the event topic now; the sink's own topics are made fit for it.
     *
     * @throws KafkaException if the topic does not exist or the cluster does not answer
     */
    EventTopicDescription describe() throws InterruptedException {
        String topic = settings.topics().events();
        TopicDescription found = admin.describe(topic)
                .orElseThrow(() -> new KafkaException("Topic " + topic + " does not exist. Create it."));
        int maxMessageBytes = maxMessageBytes(topic);
        own.adopt(
                found.partitions().size(),
                maxMessageBytes); // before added partitions have leaders, whose offsets are read
        return description(found, maxMessageBytes);
    }

    /** The sink's own topics. */
    OwnTopics own() {
        return own;
    }

    @Override
    public void close() {
        admin.close();
    }

    private EventTopicDescription await(Waiting waiting) throws InterruptedException {
        String topic = settings.topics().events();
        Optional<TopicDescription> found =
                settings.topics().missing().unlimited() ? awaitUnlimited(waiting) : awaitLimited();
        waiting.waiting(null);
        if (found.isEmpty()) {
            throw new SinkStoppedException(
                    "Sink " + settings.name() + " found no topic " + topic + " within "
                            + DurationText.of(settings.topics().missing().startWait())
                            + ". Start a source, which creates it, or let the sink create it or wait for it without a limit"
                            + " (--create-topic, --wait-for-topic; in code, createTopic, waitForTopic), or name another topic.",
                    null);
        }
        return description(found.get(), maxMessageBytes(topic));
    }

    private Optional<TopicDescription> awaitLimited() throws InterruptedException {
        String topic = settings.topics().events();
        Duration wait = settings.topics().missing().startWait();
        Optional<TopicDescription> found = findOrCreate();
        if (found.isEmpty()) {
            LOG.warn(
                    "Sink {} waits for topic {}, which does not exist yet, for {}",
                    settings.name(),
                    topic,
                    DurationText.of(wait));
            found = admin.awaitExistence(topic, wait);
        }
        return found;
    }

    private Optional<TopicDescription> awaitUnlimited(Waiting waiting) throws InterruptedException {
        Instant since = settings.instruments().clock().instant();
        String reported = "";
        try (TopicProbe probe =
                new TopicProbe(settings.kafka(), settings.topics().events(), PROBE_TIMEOUT)) {
            while (true) {
                Optional<TopicDescription> found = Optional.empty();
                Optional<String> problem = probe.problem(partition -> true);
                if (problem.isEmpty() || problem.get().endsWith(" does not exist")) {
                    found = findOrCreate();
                }
                if (found.isPresent()) {
                    return found;
                }
                String reason = problem.orElse("topic " + settings.topics().events() + " does not exist");
                waiting.waiting("the sink has waited for its event topic since " + since + ": " + reason);
                if (!reason.equals(reported)) {
                    LOG.warn(
                            "Sink {} waits for its event topic, without a limit: {}. It starts as soon as the topic can be read;"
                                    + " a source creates it.",
                            settings.name(),
                            reason);
                    reported = reason;
                }
                KafkaRequests.pause(LOOKUP_INTERVAL);
            }
        }
    }

    private Optional<TopicDescription> findOrCreate() throws InterruptedException {
        String topic = settings.topics().events();
        Optional<TopicDescription> found = admin.describe(topic);
        OptionalInt partitions = settings.topics().missing().partitions();
        if (found.isPresent() || partitions.isEmpty()) {
            return found;
        }
        try {
            boolean created = admin.create(new NewTopic(topic, partitions.getAsInt(), (short)
                            settings.topics().missing().replicationFactor())
                    .configs(Map.of(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_DELETE)));
            int ready = admin.awaitReady(topic, partitions.getAsInt());
            LOG.info(
                    "Sink {} {} topic {} with {} partitions",
                    settings.name(),
                    created ? "created" : "found",
                    topic,
                    ready);
        } catch (TimeoutException e) {
            throw e; // the cluster did not answer at all
        } catch (KafkaException e) {
            throw new SinkStoppedException(
                    "Sink " + settings.name() + " cannot create topic " + topic + ": " + reason(e)
                            + " Or create it yourself.",
                    e);
        }
        return admin.describe(topic);
    }

    private EventTopicDescription description(TopicDescription topic, int maxMessageBytes) throws InterruptedException {
        return new EventTopicDescription(
                topic.topicId(),
                topic.partitions().size(),
                maxMessageBytes,
                offsets(topic, OffsetSpec.earliest()),
                offsets(topic, OffsetSpec.latest()));
    }

    private Map<Integer, Long> offsets(TopicDescription topic, OffsetSpec spec) throws InterruptedException {
        Map<Integer, Long> offsets = new HashMap<>();
        admin.offsets(TopicAdmin.partitions(topic), spec)
                .forEach((partition, offset) -> offsets.put(partition.partition(), offset));
        return Map.copyOf(offsets);
    }

    private int maxMessageBytes(String topic) throws InterruptedException {
        try {
            return TopicAdmin.maxMessageBytes(admin.config(topic));
        } catch (KafkaException e) {
            LOG.debug("The configuration of topic {} cannot be read; its default is assumed", topic, e);
            return TopicAdmin.DEFAULT_MAX_MESSAGE_BYTES;
        }
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
