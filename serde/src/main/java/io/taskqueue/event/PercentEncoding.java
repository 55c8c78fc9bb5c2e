package io.taskqueue.event;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** Names as a part of an identifier: RFC 3986 percent-encoding of every character that is not unreserved. */
public final class PercentEncoding {

    private PercentEncoding() {}

    /** The text with every character percent-encoded but letters, digits and {@code - . _ ~}. */
    public static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("*", "%2A")
                .replace("%7E", "~");
    }

    /** The text that was encoded. */
    public static String decode(String encoded) {
        return URLDecoder.decode(encoded.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
}
