package io.taskqueue.http;

import io.taskqueue.config.DurationText;
import java.time.Duration;
import java.util.Map;
import java.util.Set;

/**
 * What differs from one HTTP server to another.
 *
 * @param service what it serves, as messages and threads name it: {@code diagnostics}
 * @param host the address to listen on
 * @param port the port, 0 to 65535; 0 selects a free one
 * @param requestTimeout how long a client may take to send its request, and to take the response, 100 ms to 10 min
 * @param streamClients how many clients are connected to event streams at most: each of them has a thread
 * @param servedTogether how many requests for each of these paths, which may wait for something, are served together
 * @param posted paths that accept POST
 * @param contentSecurityPolicy what a browser may load for a response
 */
public record HttpServerSettings(
        String service,
        String host,
        int port,
        Duration requestTimeout,
        int streamClients,
        Map<String, Integer> servedTogether,
        Set<String> posted,
        String contentSecurityPolicy) {

    /** @throws IllegalArgumentException if the port or the timeout is out of range */
    public HttpServerSettings {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("The port of the " + service + " must be 0 to 65535, but it is " + port
                    + ". Set another port, or omit it for a free one.");
        }
        if (requestTimeout.compareTo(Duration.ofMillis(100)) < 0
                || requestTimeout.compareTo(Duration.ofMinutes(10)) > 0) {
            throw new IllegalArgumentException(
                    "The request timeout of the " + service + " must be 100 ms to 10 min, but it is "
                            + DurationText.of(requestTimeout) + ". Set another value, or omit it for the default.");
        }
        servedTogether = Map.copyOf(servedTogether);
        posted = Set.copyOf(posted);
    }
}
