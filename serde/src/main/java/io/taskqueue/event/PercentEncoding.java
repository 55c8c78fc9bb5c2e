package io.taskqueue.event;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** Names as parts of an identifier: RFC 3986 percent-encoding of every character that is not unreserved. */
public final class PercentEncoding {

    private PercentEncoding() {}

    /** Encodes every character except {@code A-Z a-z 0-9 - . _ ~}. The text must not contain an unpaired surrogate. */
    public static String encode(String text) {
        return isUnreserved(text) ? text : encodeReserved(text);
    }

    private static String encodeReserved(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("*", "%2A")
                .replace("%7E", "~");
    }

    /**
     * Decodes what {@link #encode} returned.
     *
     * @throws IllegalArgumentException if a percent sign is not followed by two hexadecimal digits
     */
    public static String decode(String encoded) {
        return isUnreserved(encoded) ? encoded : decodeReserved(encoded);
    }

    private static String decodeReserved(String encoded) {
        return URLDecoder.decode(encoded.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static boolean isUnreserved(String text) {
        for (int at = 0; at < text.length(); at++) {
            if (!isUnreserved(text.charAt(at))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isUnreserved(char character) {
        return (character >= 'a' && character <= 'z')
                || (character >= 'A' && character <= 'Z')
                || (character >= '0' && character <= '9')
                || character == '-'
                || character == '.'
                || character == '_'
                || character == '~';
    }
}
