package io.taskqueue.streams;

import io.taskqueue.kafka.ClientProperties;
import io.taskqueue.streams.settings.SinkSettings;
import io.taskqueue.streams.state.RecordLimit;
import io.taskqueue.streams.topics.RecordSizes;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.DefaultProductionExceptionHandler;
import org.apache.kafka.streams.errors.LogAndFailProcessingExceptionHandler;

/** The properties of Kafka Streams that the topology needs, overridden by the user's where these may be set. */
final class StreamsProperties {

    private static final long SMALLEST_CACHE = 1 << 20;
    private static final Duration SHORTEST_TRANSACTION = Duration.ofSeconds(10);

    /** What the producer sends at once, at least, so that a running sink survives that the event topic's limit is raised. */
    private static final int PRODUCER_BYTES = 32 * 1024 * 1024;

    /** Kafka's own default for a producer. */
    private static final int DEFAULT_BUFFER_BYTES = 32 * 1024 * 1024;

    /** Kafka's own default for a consumer. */
    private static final int MOST_POLLED = 500;

    /** What is in flight is written right before a commit, which waits until all of it is acknowledged: in few requests. */
    private static final int BATCH_BYTES = 128 * 1024;

    /**
     * The first commit of a producer finds the coordinator of its group and sends the offsets again after this time. Nothing is taken from the topic
     * meanwhile. Records that fail are sent again after a time that doubles each time, as with Kafka's own default of 100 ms.
     */
    private static final int RETRY_BACKOFF_MILLIS = 20;

    /**
     * An instance takes a partition at once if it has no more records of its state to restore, which takes about a second. Kafka Streams' own 10,000
     * would leave a new instance without partitions while it restores copies of them.
     */
    private static final long RESTORED_AT_ONCE = 100_000;

    /** How soon an instance takes a partition of which it has restored a copy; Kafka Streams' own are ten minutes, and this is the shortest. */
    private static final Duration COPIES_CHECKED_EACH = Duration.ofMinutes(1);

    private StreamsProperties() {}

    /** @throws IllegalArgumentException if a property of the user contradicts one that the sink needs */
    static void validate(SinkSettings<?> settings) {
        Map<String, Object> unused = of(settings, Uuid.ZERO_UUID, 0);
    }

    /**
     * The properties of a sink.
     *
     * @param eventTopic the id of the event topic
     * @param maxMessageBytes the largest record batch of the event topic
     */
    static Map<String, Object> of(SinkSettings<?> settings, Uuid eventTopic, int maxMessageBytes) {
        Map<String, Object> properties = chosen(settings, maxMessageBytes);
        properties.put(
                StreamsConfig.STATE_DIR_CONFIG,
                StateDirectories.of(settings, eventTopic).toString());
        new ClientProperties(settings.kafka()).addTo(properties);
        requireFixed(properties, settings.name());
        requireCache(properties);
        return properties;
    }

    /** The largest record that a producer with these properties of a sink sends. */
    static RecordLimit producerLimit(Map<String, Object> properties) {
        RecordLimit smallest = new RecordLimit(Integer.MAX_VALUE, "");
        for (String limit : List.of(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, ProducerConfig.BUFFER_MEMORY_CONFIG)) {
            String property = StreamsConfig.producerPrefix(limit);
            long bytes = Long.parseLong(String.valueOf(properties.get(property)));
            if (bytes < smallest.bytes()) {
                smallest = new RecordLimit((int) bytes, "the sink's property " + property);
            }
        }
        return smallest;
    }

    /**
     * The largest record that the sink can write to its changelog topics now.
     *
     * @param producer what the sink's producer sends
     * @param takes the largest record of the event topic for which the changelog topics have room
     */
    static RecordLimit recordLimit(SinkSettings<?> settings, RecordLimit producer, int takes) {
        int inTopics = RecordSizes.withEnvelope(takes);
        return producer.bytes() < inTopics
                ? producer
                : new RecordLimit(
                        inTopics,
                        TopicConfig.MAX_MESSAGE_BYTES_CONFIG + " of topic "
                                + settings.topics().events() + ", which the sink's changelog topics follow");
    }

    private static void requireFixed(Map<String, Object> properties, String name) {
        require(properties, StreamsConfig.APPLICATION_ID_CONFIG, name, "is the sink's name");
        require(
                properties,
                StreamsConfig.PROCESSING_GUARANTEE_CONFIG,
                StreamsConfig.EXACTLY_ONCE_V2,
                "commits offsets and results together");
        require(properties, StreamsConfig.NUM_STREAM_THREADS_CONFIG, 1, "is needed to hand partitions over cleanly");
        require(properties, StreamsConfig.MAX_TASK_IDLE_MS_CONFIG, -1, "lets the sink read commands before events");
        require(
                properties,
                StreamsConfig.GROUP_PROTOCOL_CONFIG,
                "classic", // StreamsConfig has no name for it before Kafka Streams 4.2
                "lets the sink intercept each poll and each revocation");
        require(
                properties,
                StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG,
                LogAndFailProcessingExceptionHandler.class.getName(),
                "lets the sink stop before an event that it must not skip");
        for (String handler : List.of(
                StreamsConfig.PRODUCTION_EXCEPTION_HANDLER_CLASS_CONFIG, "default.production.exception.handler")) {
            check(
                    properties,
                    handler,
                    DefaultProductionExceptionHandler.class.getName(),
                    "never drops a result or an event in flight");
        }
        require(
                properties,
                StreamsConfig.topicPrefix(TopicConfig.CLEANUP_POLICY_CONFIG),
                TopicConfig.CLEANUP_POLICY_COMPACT,
                "keeps the sink's state, however old it is");
        // for the consumers as a whole, Kafka Streams sets it itself
        for (String consumer : List.of(StreamsConfig.MAIN_CONSUMER_PREFIX, StreamsConfig.RESTORE_CONSUMER_PREFIX)) {
            check(
                    properties,
                    consumer + ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                    "read_committed",
                    "hides what was never committed");
        }
        check(
                properties,
                StreamsConfig.InternalConfig.PROCESSING_THREADS_ENABLED,
                false,
                "processes all records of a partition on one thread");
    }

    private static Map<String, Object> chosen(SinkSettings<?> settings, int maxMessageBytes) {
        Map<String, Object> properties = new HashMap<>();
        properties.put(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, true);
        properties.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, StateMemory.class);
        properties.put(StateMemory.BYTES, settings.limits().stateMemory());
        properties.put(
                StreamsConfig.COMMIT_INTERVAL_MS_CONFIG,
                settings.limits().commitInterval().toMillis());
        // there is no global table; without it, each start logs a warning
        properties.put("processing.exception.handler.global.enabled", true);
        // how soon outcomes are noticed when no record arrives
        properties.put(StreamsConfig.POLL_MS_CONFIG, 5);
        // polled records are accepted also where there is no capacity for them
        properties.put(
                StreamsConfig.consumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG),
                Math.max(1, Math.min(MOST_POLLED, settings.limits().maxInFlight() / 2)));
        properties.put(StreamsConfig.ACCEPTABLE_RECOVERY_LAG_CONFIG, RESTORED_AT_ONCE);
        properties.put(StreamsConfig.PROBING_REBALANCE_INTERVAL_MS_CONFIG, COPIES_CHECKED_EACH.toMillis());
        // partitions are restored one after another, and a fetch for the next one waits behind an empty one of the one
        // before
        properties.put(StreamsConfig.restoreConsumerPrefix(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG), 50);
        // after a kill, the next instance waits for the old session to end
        properties.put(StreamsConfig.consumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG), 6_000);
        properties.put(StreamsConfig.consumerPrefix(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG), 1_500);
        // a transaction is open from one commit to the next, and the last one of a partition waits for what runs
        Duration transaction = settings.limits()
                .commitInterval()
                .plus(settings.limits().drainTimeout())
                .plusSeconds(5);
        properties.put(StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG), (int)
                Math.max(transaction.toMillis(), SHORTEST_TRANSACTION.toMillis()));
        properties.put(StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG), BATCH_BYTES);
        properties.put(StreamsConfig.producerPrefix(ProducerConfig.RETRY_BACKOFF_MS_CONFIG), RETRY_BACKOFF_MILLIS);
        // events in flight are written to a changelog, and undecodable records to the dead-letter topic, with an
        // envelope
        properties.put(
                StreamsConfig.topicPrefix(TopicConfig.MAX_MESSAGE_BYTES_CONFIG),
                String.valueOf(RecordSizes.withEnvelope(maxMessageBytes)));
        int largest = RecordSizes.withEnvelope(maxMessageBytes);
        properties.put(
                StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG),
                Math.max(PRODUCER_BYTES, largest));
        properties.put(
                StreamsConfig.producerPrefix(ProducerConfig.BUFFER_MEMORY_CONFIG),
                Math.max(DEFAULT_BUFFER_BYTES, largest));
        return properties;
    }

    private static void require(Map<String, Object> properties, String key, Object value, String why) {
        properties.putIfAbsent(key, value);
        check(properties, key, value, why);
    }

    private static void check(Map<String, Object> properties, String key, Object value, String why) {
        Object given = properties.get(key);
        if (given != null && !given.toString().equals(value.toString())) {
            throw new IllegalArgumentException("The property " + key + " of a sink must be " + value + ", which " + why
                    + ", but it is set to " + given + ". Remove the property.");
        }
    }

    /** If the cache is too small for the commit hooks of all partitions, intents would never be reported as committed. */
    private static void requireCache(Map<String, Object> properties) {
        for (String cache : List.of(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, "cache.max.bytes.buffering")) {
            Object given = properties.get(cache);
            if (given != null && Long.parseLong(given.toString()) < SMALLEST_CACHE) {
                throw new IllegalArgumentException("The property " + cache + " of a sink must be at least "
                        + SMALLEST_CACHE + ", but it is set to " + given
                        + ": with less, the sink would not learn of a commit in time. Remove the property.");
            }
        }
    }

    /**
     * Checks that nothing which the user set is too small for the event topic: a record that the sink cannot write would end it at each start.
     *
     * @param properties as returned by {@link #of}
     * @throws IllegalArgumentException if something is
     */
    static void requireRoom(Map<String, Object> properties, int maxMessageBytes) {
        int bytes = RecordSizes.withEnvelope(maxMessageBytes);
        for (String limit : List.of(
                StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG),
                StreamsConfig.producerPrefix(ProducerConfig.BUFFER_MEMORY_CONFIG),
                StreamsConfig.topicPrefix(TopicConfig.MAX_MESSAGE_BYTES_CONFIG))) {
            Object given = properties.get(limit);
            if (given != null && Long.parseLong(given.toString()) < bytes) {
                throw new IllegalArgumentException("The property " + limit + " of a sink must be at least " + bytes
                        + ", which is the size of the largest record of its event topic and what the sink adds to it, but it"
                        + " is set to " + given + ". Raise it or remove the property.");
            }
        }
    }
}
