package io.taskqueue.sinks;

import java.net.URI;
import java.net.URISyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * The URL that events are posted to: validated completely before the first request. Immutable. Its text omits the query, which may
 * contain a secret; no message contains a query or credentials.
 */
record TargetUrl(URI uri) {

    private static final String EXAMPLE = "http://localhost:8080/events";
    private static final int MAX_PORT = 65_535;

    /** @throws IllegalArgumentException if a request cannot be sent to it */
    TargetUrl {
        String scheme = uri.getScheme();
        if (!"http".equalsIgnoreCase(scheme) && !"https".equalsIgnoreCase(scheme)) {
            throw refused(uri.toString(), "is not an absolute http or https URL");
        }
        String authority = uri.getRawAuthority();
        if (authority != null && authority.contains("@")) {
            throw new IllegalArgumentException("The url '" + shown(uri.toString())
                    + "' contains credentials, which are not sent. Remove them from the url, and set basic.user and "
                    + "basic.password.file, or bearer.file.");
        }
        if (uri.getHost() == null) {
            throw withoutHost(uri.toString(), authority);
        }
        if (uri.getPort() != -1 && (uri.getPort() < 1 || uri.getPort() > MAX_PORT)) {
            throw refused(uri.toString(), "has port " + uri.getPort() + ", which is not from 1 to 65535");
        }
    }

    /** @throws IllegalArgumentException if the text is not a URL that a request can be sent to */
    static TargetUrl parse(String text) {
        try {
            return new TargetUrl(new URI(text));
        } catch (URISyntaxException malformed) {
            throw refused(text, "is not a URL: " + malformed.getReason());
        }
    }

    boolean encrypted() {
        return "https".equalsIgnoreCase(uri.getScheme());
    }

    /** The JDK finds no host in these, although there is one. */
    private static IllegalArgumentException withoutHost(String url, @Nullable String authority) {
        if (authority == null) {
            return refused(url, "names no host");
        }
        String host = authority.replaceFirst(":[^:\\]]*$", "");
        if (host.contains("_")) {
            return new IllegalArgumentException("The host name '" + host + "' of the url '" + shown(url)
                    + "' contains an underscore, which the HTTP client of the JDK does not accept in a host name. Use another "
                    + "name of the host, such as a network alias without an underscore, or its IP address.");
        }
        if (authority.matches(".*:.*:.*")) {
            return refused(
                    url, "contains an IPv6 address without brackets, as in http://[::1]:8080/events, or two ports");
        }
        if (authority.matches(".*:.*[^0-9].*")) {
            return refused(url, "has a port that is not a number");
        }
        return refused(url, "has an invalid host name '" + host + "'");
    }

    private static IllegalArgumentException refused(String url, String fact) {
        return new IllegalArgumentException(
                "The url '" + shown(url) + "' " + fact + ". Use one such as " + EXAMPLE + ".");
    }

    private static String shown(String url) {
        return PrintableText.of(url.replaceFirst("[?#].*", "").replaceFirst("//[^/]*@", "//(hidden)@"));
    }

    @Override
    public String toString() {
        return uri.getScheme() + "://" + uri.getRawAuthority() + uri.getRawPath();
    }
}
