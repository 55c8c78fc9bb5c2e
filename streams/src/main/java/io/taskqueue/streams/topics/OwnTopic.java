package io.taskqueue.streams.topics;

import io.taskqueue.kafka.TopicAdmin;
import io.taskqueue.kafka.TopicNames;
import io.taskqueue.streams.settings.SinkSettings;
import io.taskqueue.streams.state.StoreNames;
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
 * @param compacted whether it keeps the newest record of each key, instead of each record for a time
 * @param byStreams whether Kafka Streams creates it, at the first start
 */
public record OwnTopic(
        String purpose, String name, boolean follows, boolean keepsEvents, boolean compacted, boolean byStreams) {

    /** The topics of a sink, all of them. */
    static List<OwnTopic> of(SinkSettings<?> settings) {
        return of(settings.name(), settings.topics().deadLetters());
    }

    /**
     * The topics of a sink, all of them.
     *
     * @param deadLetters the name of its dead-letter topic
     */
    public static List<OwnTopic> of(String sink, String deadLetters) {
        return List.of(
                new OwnTopic("dead-letter topic", deadLetters, false, true, false, false),
                new OwnTopic("control topic", TopicNames.control(sink), true, false, false, false),
                new OwnTopic("identity topic", TopicNames.identity(sink), false, false, true, false),
                changelog(TopicNames.changelog(sink, StoreNames.RESULTS)),
                changelog(TopicNames.changelog(sink, StoreNames.STATE)));
    }

    private static OwnTopic changelog(String name) {
        return new OwnTopic("changelog topic", name, true, true, true, true);
    }

    /**
     * The topic, to be created for an event topic.
     *
     * @param replicationFactor -1 for the broker's default
     */
    NewTopic newTopic(int partitions, short replicationFactor, int maxMessageBytes) {
        Map<String, String> configuration = new HashMap<>();
        configuration.put(
                TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                String.valueOf(
                        keepsEvents
                                ? RecordSizes.withEnvelope(maxMessageBytes)
                                : TopicAdmin.DEFAULT_MAX_MESSAGE_BYTES));
        if (compacted) {
            configuration.put(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT);
        }
        return new NewTopic(name, follows ? partitions : 1, replicationFactor).configs(configuration);
    }
}
