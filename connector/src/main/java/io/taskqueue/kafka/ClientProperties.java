package io.taskqueue.kafka;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A user's Kafka properties, a client at a time: a property with the prefix of a client reaches that client alone, and wins over
 * one without a prefix, which reaches all.
 *
 * <p>Immutable and thread-safe.
 */
public final class ClientProperties {

    /** The clients that properties can be meant for. */
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

    /** The properties of a client, prefixes taken away; a map of the caller's own. */
    public Map<String, Object> of(Client client) {
        Map<String, Object> own = shared();
        prefixed(client).forEach((name, value) -> own.put(name.substring(client.prefix.length()), value));
        return own;
    }

    /** The properties without a prefix, which reach every client; a map of the caller's own. */
    public Map<String, Object> shared() {
        Map<String, Object> shared = new LinkedHashMap<>();
        all.forEach((name, value) -> {
            if (Stream.of(Client.values()).noneMatch(client -> name.startsWith(client.prefix))) {
                shared.put(name, value);
            }
        });
        return shared;
    }

    /** The properties meant for a client alone, as they were given; a map of the caller's own. */
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
