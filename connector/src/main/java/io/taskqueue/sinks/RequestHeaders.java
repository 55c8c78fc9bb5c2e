package io.taskqueue.sinks;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The headers that are added to each request of an {@link HttpSink}: their values are read for each request and never printed.
 * Immutable.
 */
final class RequestHeaders {

    /** No headers. */
    static final RequestHeaders NONE = new RequestHeaders(Map.of());

    /** Headers that the sink or the framing of the request determines. */
    private static final Set<String> RESERVED = Set.of("idempotency-key", "transfer-encoding");

    @FunctionalInterface
    private interface Value {
        String read() throws IOException;
    }

    private final Map<String, Value> values;

    private RequestHeaders(Map<String, Value> values) {
        this.values = values;
    }

    /** @throws IllegalArgumentException if the header cannot be set, or is set already */
    RequestHeaders with(String name, SecretText text) {
        return add(name, () -> checked(name, text, text.read()));
    }

    /** @throws IllegalArgumentException if there is an Authorization header already */
    RequestHeaders withBearer(SecretText token) {
        return add("Authorization", () -> "Bearer " + checked("Authorization", token, token.read()));
    }

    /** @throws IllegalArgumentException if the user contains a colon, or there is an Authorization header already */
    RequestHeaders withBasic(String user, SecretText password) {
        if (user.isEmpty() || user.contains(":")) {
            throw new IllegalArgumentException("The user of basic authentication "
                    + (user.isEmpty() ? "is empty" : "contains a colon, which separates it from the password")
                    + ". Use another user.");
        }
        return add("Authorization", () -> {
            byte[] pair = (user + ":" + password.read()).getBytes(StandardCharsets.UTF_8);
            return "Basic " + Base64.getEncoder().encodeToString(pair);
        });
    }

    private RequestHeaders add(String name, Value value) {
        requireSettable(name);
        Map<String, Value> more = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        more.putAll(values);
        if (more.put(name, value) != null) {
            throw new IllegalArgumentException("The header " + name
                    + " is set twice. Set it once; basic and bearer authentication set Authorization.");
        }
        return new RequestHeaders(more);
    }

    /** Reads all values once, so that a missing file is found before the first request. */
    void requireReadable() throws IOException {
        for (Value value : values.values()) {
            value.read();
        }
    }

    void addTo(Map<String, String> request) throws IOException {
        for (Map.Entry<String, Value> header : values.entrySet()) {
            request.put(header.getKey(), header.getValue().read());
        }
    }

    private static void requireSettable(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        if (RESERVED.contains(lower)) {
            throw new IllegalArgumentException("The header " + name + " is set by the sink itself. Omit it.");
        }
        try {
            HttpRequest.newBuilder().header(name, "x");
        } catch (IllegalArgumentException refused) {
            throw new IllegalArgumentException(
                    name.matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+")
                            ? "The header " + name + " cannot be set: the HTTP client determines it. Omit it."
                            : "The header name '" + PrintableText.of(name)
                                    + "' is invalid. Use ASCII letters, digits and hyphens.",
                    refused);
        }
    }

    /** A control character would end the header and begin another one; the message must not contain the value. */
    private static String checked(String name, SecretText origin, String value) throws IOException {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c != '\t' && (c < ' ' || c > '~')) {
                throw new IOException("The header " + name + " cannot be sent: character " + (i + 1) + " of "
                        + origin + " is " + String.format("U+%04X", (int) c)
                        + ". Use one line of ASCII text.");
            }
        }
        return value;
    }

    /** The names only. */
    @Override
    public String toString() {
        return values.keySet().toString();
    }
}
