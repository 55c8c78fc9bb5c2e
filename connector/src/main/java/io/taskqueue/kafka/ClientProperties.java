package io.taskqueue.kafka;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.CommonClientConfigs;

/**
 * A user's Kafka properties, by client: a property with the prefix of a client applies to that client only, and overrides the
 * property without a prefix, which applies to all. Variables of the providers that {@code config.providers} declares are replaced
 * ({@link ConfigVariables}), so that everything which reads a property reads what Kafka's clients would use; the declarations themselves
 * are left out.
 *
 * <p>Each method reads the values of variables again, and throws an {@link IllegalArgumentException} if one has no value. Immutable and thread-safe.
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

    /** The prefixes of clients of Kafka Streams for which properties are chosen. */
    private static final List<String> CHOSEN = List.of("producer.", "consumer.", "restore.consumer.");

    private final Map<String, Object> all;

    public ClientProperties(Map<String, ?> all) {
        this.all = new LinkedHashMap<>(all);
    }

    /** The properties of a client, without prefixes; a new map. */
    public Map<String, Object> of(Client client) {
        return resolved(merged(client), merged(client));
    }

    private Map<String, Object> merged(Client client) {
        Map<String, Object> own = withoutPrefix();
        withPrefix(client).forEach((name, value) -> own.put(name.substring(client.prefix.length()), value));
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
        return resolved(withoutPrefix(), withoutPrefix());
    }

    /** The properties with a client's prefix, which they keep; a new map. */
    public Map<String, Object> prefixed(Client client) {
        Map<String, Object> prefixed = resolved(withPrefix(client), merged(client));
        prefixed.keySet().removeIf(name -> ConfigVariables.isDeclaration(name.substring(client.prefix.length())));
        return prefixed;
    }

    /**
     * Adds these properties to those that were chosen for Kafka Streams, which itself hands a property with a prefix to that client. They take
     * precedence, also where one without a prefix meets one that was chosen for a single client.
     */
    public void addTo(Map<String, Object> streams) {
        shared().forEach((name, value) -> CHOSEN.forEach(prefix -> streams.replace(prefix + name, value)));
        for (Client client : List.of(Client.PRODUCER, Client.CONSUMER, Client.ADMIN)) {
            streams.putAll(prefixed(client));
        }
        streams.putAll(of(Client.STREAMS));
    }

    /** @param declaring the properties that declare the providers of variables */
    private static Map<String, Object> resolved(Map<String, Object> properties, Map<String, Object> declaring) {
        Map<String, Object> resolved = ConfigVariables.declaredIn(declaring).resolve("The property", properties);
        resolved.keySet().removeIf(ConfigVariables::isDeclaration);
        return resolved;
    }

    private Map<String, Object> withoutPrefix() {
        Map<String, Object> shared = new LinkedHashMap<>();
        all.forEach((name, value) -> {
            if (Stream.of(Client.values()).noneMatch(client -> name.startsWith(client.prefix))) {
                shared.put(name, value);
            }
        });
        return shared;
    }

    private Map<String, Object> withPrefix(Client client) {
        Map<String, Object> prefixed = new LinkedHashMap<>();
        all.forEach((name, value) -> {
            if (name.startsWith(client.prefix)) {
                prefixed.put(name, value);
            }
        });
        return prefixed;
    }
}
