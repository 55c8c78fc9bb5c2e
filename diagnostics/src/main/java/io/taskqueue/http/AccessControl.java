package io.taskqueue.http;

import io.javalin.http.Context;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Decides which requests are granted: with a token, those that carry it; without one, those that come from this machine and name the
 * server by an address or as {@code localhost}, which a web page cannot do. Requests that a page of another origin sends are never
 * granted. Immutable and thread-safe.
 */
public final class AccessControl {

    private static final Pattern ADDRESS = Pattern.compile("\\[.*]|[0-9.]+");

    private final String service;
    private final String host;
    private final byte @Nullable [] token;

    private AccessControl(String service, String host, byte @Nullable [] token) {
        this.service = service;
        this.host = host;
        this.token = token;
    }

    /**
     * The access control of a server.
     *
     * @param service what it serves, as messages name it: {@code diagnostics}
     * @throws IllegalArgumentException if the token is invalid, or missing for an address that other machines can reach
     */
    public static AccessControl of(String service, String host, @Nullable String token) {
        if (token != null && !token.matches("[!-~]+")) {
            throw new IllegalArgumentException("A " + service + " token must be valid in an HTTP header, but this one "
                    + (token.isEmpty() ? "is empty" : "contains a character that is not allowed there")
                    + ". Use ASCII letters, digits and punctuation, without spaces.");
        }
        if (token == null && !loopback(service, host)) {
            throw new IllegalArgumentException("The " + service
                    + " must have a token on an address that other machines can reach, but none is set for "
                    + host + ". Set a token, or listen on 127.0.0.1.");
        }
        return new AccessControl(service, host, token == null ? null : token.getBytes(StandardCharsets.UTF_8));
    }

    private static boolean loopback(String service, String host) {
        try {
            return !host.isEmpty() && InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(
                    "The " + service + " cannot listen on '" + host
                            + "': the name has no address. Set an address of this machine, "
                            + "for example 127.0.0.1 or 0.0.0.0.",
                    e);
        }
    }

    /** Whether requests must carry a token. */
    public boolean requiresToken() {
        return token != null;
    }

    /** Whether the request is granted. The time that it takes does not depend on how much of a token is correct. */
    public boolean granted(Context context) {
        return !sentByAnotherOrigin(context)
                && (token == null ? namesThisServer(context.header("Host")) : carries(token, context));
    }

    /** Whether the request is granted for content that shows nothing of the cluster: as {@link #granted}, but with or without the token. */
    public boolean grantedWithoutToken(Context context) {
        return !sentByAnotherOrigin(context) && (token != null || namesThisServer(context.header("Host")));
    }

    /** Responds to a request that is not granted. */
    void refuse(Context context) {
        if (sentByAnotherOrigin(context)) {
            JsonResponses.error(
                    context,
                    403,
                    "This server accepts requests of its own pages only, but a page of another origin sent this one. "
                            + "Open the server itself; where a proxy is in between, let it keep the Host header.");
        } else if (token == null) {
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
                    "This request requires the " + service + " token, but has none or a different one. "
                            + "Send it as Authorization: Bearer <token>.");
        }
    }

    private static boolean carries(byte[] token, Context context) {
        String header = Objects.requireNonNullElse(context.header("Authorization"), "");
        String given = header.regionMatches(true, 0, "Bearer ", 0, 7) ? header.substring(7) : "";
        return MessageDigest.isEqual(token, given.trim().getBytes(StandardCharsets.UTF_8));
    }

    // browsers set these headers themselves, and a page cannot; a link from another site is a navigation, whose result
    // that site cannot read
    private static boolean sentByAnotherOrigin(Context context) {
        String origin = context.header("Origin");
        if (origin != null && !sameAuthority(origin, context.header("Host"))) {
            return true;
        }
        String site = context.header("Sec-Fetch-Site");
        return site != null
                && !site.equals("same-origin")
                && !site.equals("none")
                && !"navigate".equals(context.header("Sec-Fetch-Mode"));
    }

    private static boolean sameAuthority(String origin, @Nullable String host) {
        try {
            return host != null && host.equalsIgnoreCase(URI.create(origin).getRawAuthority());
        } catch (IllegalArgumentException e) {
            return false;
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
