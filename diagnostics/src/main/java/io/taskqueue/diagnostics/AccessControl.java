package io.taskqueue.diagnostics;

import io.javalin.http.Context;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Decides which requests are granted: with a token, those that carry it; without one, those that come from this machine and name the
 * server by an address or as {@code localhost}, which a web page cannot do. Immutable and thread-safe.
 */
final class AccessControl {

    private static final Pattern ADDRESS = Pattern.compile("\\[.*]|[0-9.]+");

    private final String host;
    private final byte @Nullable [] token;

    private AccessControl(String host, byte @Nullable [] token) {
        this.host = host;
        this.token = token;
    }

    /** @throws IllegalArgumentException if the token is invalid, or missing for an address that other machines can reach */
    static AccessControl of(String host, @Nullable String token) {
        if (token != null && !token.matches("[!-~]+")) {
            throw new IllegalArgumentException("A diagnostics token must be valid in an HTTP header, but this one "
                    + (token.isEmpty() ? "is empty" : "contains a character that is not allowed there")
                    + ". Use ASCII letters, digits and punctuation, without spaces.");
        }
        if (token == null && !loopback(host)) {
            throw new IllegalArgumentException(
                    "Diagnostics on an address that other machines can reach require a token, but none is set for "
                            + host + ". Set a token, or listen on 127.0.0.1.");
        }
        return new AccessControl(host, token == null ? null : token.getBytes(StandardCharsets.UTF_8));
    }

    private static boolean loopback(String host) {
        try {
            return !host.isEmpty() && InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(
                    "Diagnostics cannot listen on '" + host
                            + "': the name has no address. Set an address of this machine, "
                            + "for example 127.0.0.1 or 0.0.0.0.",
                    e);
        }
    }

    /** Whether the request is granted. The time that it takes does not depend on how much of a token is correct. */
    boolean granted(Context context) {
        if (token == null) {
            return namesThisServer(context.header("Host"));
        }
        String header = Objects.requireNonNullElse(context.header("Authorization"), "");
        String given = header.regionMatches(true, 0, "Bearer ", 0, 7) ? header.substring(7) : "";
        return MessageDigest.isEqual(token, given.trim().getBytes(StandardCharsets.UTF_8));
    }

    /** Responds to a request that is not granted. */
    void refuse(Context context) {
        if (token == null) {
            JsonResponses.error(
                    context,
                    421,
                    "This server has no token and accepts requests to its address or to localhost only, but the request "
                            + "names another host. Open it as http://" + host + ":" + context.port()
                            + ", or set a token.");
        } else {
            context.header("WWW-Authenticate", "Bearer");
            JsonResponses.error(
                    context,
                    401,
                    "This request requires the diagnostics token, but has none or a different one. "
                            + "Send it as Authorization: Bearer <token>.");
        }
    }

    // a web page can let a host name of its own resolve to 127.0.0.1, but its requests then carry that name
    private boolean namesThisServer(@Nullable String header) {
        if (header == null) {
            return true;
        }
        String name = header.replaceFirst(":\\d*$", "").toLowerCase(Locale.ROOT);
        return name.equals("localhost")
                || name.equals(host.toLowerCase(Locale.ROOT))
                || ADDRESS.matcher(name).matches();
    }
}
