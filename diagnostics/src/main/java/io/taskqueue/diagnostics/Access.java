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

/** Who may read: with a token whoever has it, without one whoever is on this machine and no web page. */
final class Access {

    private static final Pattern ADDRESS = Pattern.compile("\\[.*]|[0-9.]+");

    private final String host;
    private final byte @Nullable [] token;

    private Access(String host, byte @Nullable [] token) {
        this.host = host;
        this.token = token;
    }

    /** @throws IllegalArgumentException if the address may not be listened on like this */
    static Access of(String host, @Nullable String token) {
        if (token != null && !token.matches("[!-~]+")) {
            throw new IllegalArgumentException("A diagnostics token is sent in an HTTP header, but this one "
                    + (token.isEmpty() ? "is empty" : "holds a character that a header cannot carry")
                    + ". Use letters, digits and punctuation of ASCII, without spaces.");
        }
        if (token == null && !loopback(host)) {
            throw new IllegalArgumentException(
                    "Diagnostics on an address that other machines can reach need a token, but " + host
                            + " was given none. Set a token, or listen on 127.0.0.1.");
        }
        return new Access(host, token == null ? null : token.getBytes(StandardCharsets.UTF_8));
    }

    private static boolean loopback(String host) {
        try {
            return !host.isEmpty() && InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(
                    "Diagnostics cannot listen on '" + host + "': no address is known for it. Name an address of this "
                            + "machine, as in 127.0.0.1 or 0.0.0.0.",
                    e);
        }
    }

    /** Whether the caller may read everything. Takes the same time whatever part of a token is right. */
    boolean granted(Context context) {
        if (token == null) {
            return named(context.header("Host"));
        }
        String header = Objects.requireNonNullElse(context.header("Authorization"), "");
        String given = header.regionMatches(true, 0, "Bearer ", 0, 7) ? header.substring(7) : "";
        return MessageDigest.isEqual(token, given.trim().getBytes(StandardCharsets.UTF_8));
    }

    /** Answers a caller who may not read. */
    void refuse(Context context) {
        if (token == null) {
            Answers.error(
                    context,
                    421,
                    "This server has no token and answers to its address or to localhost only, but the request names "
                            + "another host. Open it as http://" + host + ":" + context.port() + ", or set a token.");
        } else {
            context.header("WWW-Authenticate", "Bearer");
            Answers.error(
                    context,
                    401,
                    "This needs the diagnostics token, and the request has none or another one. "
                            + "Send it as Authorization: Bearer <token>.");
        }
    }

    // a web page that points a name of its own at 127.0.0.1 sends that name
    private boolean named(@Nullable String header) {
        if (header == null) {
            return true;
        }
        String name = header.replaceFirst(":\\d*$", "").toLowerCase(Locale.ROOT);
        return name.equals("localhost")
                || name.equals(host.toLowerCase(Locale.ROOT))
                || ADDRESS.matcher(name).matches();
    }
}
