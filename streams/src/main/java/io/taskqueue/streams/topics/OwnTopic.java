package io.taskqueue.streams.topics;

import io.taskqueue.kafka.TopicAdmin;
import io.taskqueue.kafka.TopicNames;
import io.taskqueue.streams.settings.SinkSettings;
import io.taskqueue.streams.state.StoreNames;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.TopicConfig;

/**
 * A topic of a sink, as it should be.
 *
 * @param purpose what it is for, in messages
 * @param follows whether it has as many partitions as the event topic; otherwise one
 * @param keepsEvents whether its records contain records of the event topic
 * @param retention which records it keeps
 * @param creation who creates it
 */
public record OwnTopic(
        String purpose, String name, boolean follows, boolean keepsEvents, Retention retention, Creation creation) {

    /** Which records a topic keeps. */
    public enum Retention {
        /** Each, for the time that the broker sets. */
        ALL,
        /** The newest of each key. */
        NEWEST,
        /** The newest of each key, for a day. */
        NEWEST_OF_A_DAY;

        private Map<String, String> configuration() {
            return switch (this) {
                case ALL -> Map.of();
                case NEWEST -> Map.of(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT);
                case NEWEST_OF_A_DAY -> Map.of(
                        TopicConfig.CLEANUP_POLICY_CONFIG,
                        TopicConfig.CLEANUP_POLICY_COMPACT + "," + TopicConfig.CLEANUP_POLICY_DELETE,
                        TopicConfig.RETENTION_MS_CONFIG,
                        String.valueOf(Duration.ofDays(1).toMillis()),
                        TopicConfig.SEGMENT_BYTES_CONFIG,
                        String.valueOf(SMALL_SEGMENT_BYTES));
            };
        }
    }

    /** Who creates a topic that is missing. */
    public enum Creation {
        /** The sink, which does not start without it. */
        REQUIRED,
        /** The sink, which works without it. */
        OPTIONAL,
        /** Kafka Streams, at the first start. */
        BY_STREAMS
    }

    /** Small, so that the log cleaner keeps the topic short. */
    private static final int SMALL_SEGMENT_BYTES = 1024 * 1024;

    /** The topics of a sink, all of them. */
    static List<OwnTopic> of(SinkSettings<?> settings) {
        return of(
                settings.name(),
                settings.topics().deadLetters(),
                settings.topics().hasInstances());
    }

    /**
     * The topics of a sink, all of them.
     *
     * @param deadLetters the name of its dead-letter topic
     * @param instances whether its instances report themselves
     */
    public static List<OwnTopic> of(String sink, String deadLetters, boolean instances) {
        List<OwnTopic> topics = new ArrayList<>(List.of(
                new OwnTopic("dead-letter topic", deadLetters, false, true, Retention.ALL, Creation.REQUIRED),
                new OwnTopic("control topic", TopicNames.control(sink), true, false, Retention.ALL, Creation.REQUIRED),
                new OwnTopic(
                        "identity topic", TopicNames.identity(sink), false, false, Retention.NEWEST, Creation.REQUIRED),
                changelog(TopicNames.changelog(sink, StoreNames.RESULTS)),
                changelog(TopicNames.changelog(sink, StoreNames.STATE))));
        if (instances) {
            topics.add(new OwnTopic(
                    "topic of instances",
                    TopicNames.instances(sink),
                    false,
                    false,
                    Retention.NEWEST_OF_A_DAY,
                    Creation.OPTIONAL));
        }
        return List.copyOf(topics);
    }

    /** Whether it keeps the newest record of each key, instead of each record for a time. */
    public boolean compacted() {
        return retention != Retention.ALL;
    }

    /** Whether Kafka Streams creates it. */
    public boolean byStreams() {
        return creation == Creation.BY_STREAMS;
    }

    private static OwnTopic changelog(String name) {
        return new OwnTopic("changelog topic", name, true, true, Retention.NEWEST, Creation.BY_STREAMS);
    }

    /**
     * The topic, to be created for an event topic.
     *
     * @param replicationFactor -1 for the broker's default
     */
    NewTopic newTopic(int partitions, short replicationFactor, int maxMessageBytes) {
        Map<String, String> configuration = new HashMap<>(retention.configuration());
        configuration.put(
                TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                String.valueOf(
                        keepsEvents
                                ? RecordSizes.withEnvelope(maxMessageBytes)
                                : TopicAdmin.DEFAULT_MAX_MESSAGE_BYTES));
        return new NewTopic(name, follows ? partitions : 1, replicationFactor).configs(configuration);
    }
}
