package io.taskqueue.kafka;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.CommonClientConfigs;

/**
 * A user's Kafka properties, by client: a property with the prefix of a client applies to that client only, and overrides the
 * property without a prefix, which applies to all.
 *
 * <p>Immutable and thread-safe.
 */
public final class ClientProperties {

    /** Kafka Streams' property for the replication factor of the topics that it creates. */
    public static final String STREAMS_REPLICATION_FACTOR = "replication.factor";

    private static final long DEFAULT_API_TIMEOUT_MILLIS = 60_000;

    /** The clients that properties can be addressed to. */
    public enum Client {
        PRODUCER,
        CONSUMER,
        ADMIN,
        STREAMS;

        private final String prefix = name().toLowerCase(Locale.ROOT) + ".";
    }

    private final Map<String, Object> all;

    public ClientProperties(Map<String, ?> all) {
        this.all = new LinkedHashMap<>(all);
    }

    /** The properties of a client, without prefixes; a new map. */
    public Map<String, Object> of(Client client) {
        Map<String, Object> own = shared();
        prefixed(client).forEach((name, value) -> own.put(name.substring(client.prefix.length()), value));
        return own;
    }

    /**
     * The address of the cluster for a client.
     *
     * @throws IllegalArgumentException if it is missing
     */
    public String bootstrapServers(Client client) {
        Object servers = of(client).get(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG);
        if (servers == null) {
            throw new IllegalArgumentException("bootstrap.servers is missing, so the address of Kafka is unknown."
                    + " Set it: Map.of(\"bootstrap.servers\", \"host:9092\").");
        }
        return String.valueOf(servers);
    }

    /** How long one request of an admin client or a reader may take. */
    public Duration apiTimeout() {
        return Duration.ofMillis(
                number(Client.ADMIN, CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG, DEFAULT_API_TIMEOUT_MILLIS));
    }

    /**
     * A numeric property of a client.
     *
     * @param otherwise the number if the property is not set
     * @throws IllegalArgumentException if it is not a whole number
     */
    public long number(Client client, String name, long otherwise) {
        String value = String.valueOf(of(client).getOrDefault(name, otherwise)).strip();
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(name + " is '" + value + "'. Set it to a whole number.", e);
        }
    }

    /** The properties without a prefix, which apply to every client; a new map. */
    public Map<String, Object> shared() {
        Map<String, Object> shared = new LinkedHashMap<>();
        all.forEach((name, value) -> {
            if (Stream.of(Client.values()).noneMatch(client -> name.startsWith(client.prefix))) {
                shared.put(name, value);
            }
        });
        return shared;
    }

    /** The properties with a client's prefix, unchanged; a new map. */
    public Map<String, Object> prefixed(Client client) {
        Map<String, Object> prefixed = new LinkedHashMap<>();
        all.forEach((name, value) -> {
            if (name.startsWith(client.prefix)) {
                prefixed.put(name, value);
            }
        });
        return prefixed;
    }
}
