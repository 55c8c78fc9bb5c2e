package io.taskqueue.console.topology;

import io.taskqueue.kafka.ClientProperties;
import io.taskqueue.streams.StateMemory;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.LogAndFailProcessingExceptionHandler;

/** The properties of Kafka Streams that the view needs, overridden by the user's where these may be set. */
final class ViewProperties {

    /** For the one key of the commit hook: without a cache, each event would be passed on by itself. */
    private static final long CACHE_BYTES = 1024 * 1024;

    private static final int COMMIT_MILLIS = 500;

    private ViewProperties() {}

    /** @throws IllegalArgumentException if a property of the user contradicts one that the view needs */
    static Map<String, Object> of(ViewSettings settings) {
        Map<String, Object> properties = chosen(settings);
        new ClientProperties(settings.kafka()).addTo(properties);
        require(properties, StreamsConfig.APPLICATION_ID_CONFIG, settings.name(), "is the name of the console");
        require(
                properties,
                StreamsConfig.PROCESSING_GUARANTEE_CONFIG,
                StreamsConfig.EXACTLY_ONCE_V2,
                "commits offsets and state together");
        require(
                properties,
                StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG,
                LogAndFailProcessingExceptionHandler.class.getName(),
                "prevents that an event is skipped");
        return properties;
    }

    private static Map<String, Object> chosen(ViewSettings settings) {
        Map<String, Object> properties = new HashMap<>();
        properties.put(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, true);
        properties.put(StreamsConfig.STATE_DIR_CONFIG, settings.stateDirectory().toString());
        properties.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, StateMemory.class);
        properties.put(StateMemory.BYTES, settings.limits().stateMemory());
        properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, COMMIT_MILLIS);
        properties.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, CACHE_BYTES);
        // there is no global table; without it, each start logs a warning
        properties.put("processing.exception.handler.global.enabled", true);
        // how soon partitions that were added are found
        properties.put(StreamsConfig.consumerPrefix(ConsumerConfig.METADATA_MAX_AGE_CONFIG), 30_000);
        properties.put(StreamsConfig.consumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG), 1_000);
        properties.put(StreamsConfig.restoreConsumerPrefix(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG), 50);
        // after a kill, the next instance waits for the old session to end
        properties.put(StreamsConfig.consumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG), 6_000);
        properties.put(StreamsConfig.consumerPrefix(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG), 1_500);
        return properties;
    }

    private static void require(Map<String, Object> properties, String key, Object value, String why) {
        properties.putIfAbsent(key, value);
        Object given = properties.get(key);
        if (given != null && !given.toString().equals(value.toString())) {
            throw new IllegalArgumentException("The property " + key + " of the console must be " + value + ", which "
                    + why + ", but it is set to " + given + ". Remove the property.");
        }
    }
}
