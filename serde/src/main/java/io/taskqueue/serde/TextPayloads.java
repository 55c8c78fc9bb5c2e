package io.taskqueue.serde;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Payloads that are texts: as a JSON string, as bytes in base64 in a JSON string, or as JSON already. */
final class TextPayloads {

    private TextPayloads() {}

    static byte[] writeString(String text) {
        return quote(requireEncodable(text));
    }

    static String readString(byte[] json) {
        return requireEncodable(unquote(json));
    }

    static byte[] writeBase64(byte[] bytes) {
        return quote(Base64.getEncoder().encodeToString(bytes));
    }

    static byte[] readBase64(byte[] json) {
        return Base64.getDecoder().decode(unquote(json));
    }

    /** The bytes of a text that is JSON already, without the white space around it. */
    static byte[] writeJson(String text) {
        if (hasUnpairedSurrogate(text)) {
            throw new IllegalArgumentException(
                    "The payload cannot be encoded as UTF-8: it contains an unpaired surrogate. Use complete characters.");
        }
        return text.strip().getBytes(StandardCharsets.UTF_8);
    }

    /** Without an encoder, which an enqueue would allocate, with a buffer, for each payload. */
    private static boolean hasUnpairedSurrogate(String text) {
        for (int at = 0; at < text.length(); at++) {
            if (Character.isSurrogate(text.charAt(at))) {
                return !StandardCharsets.UTF_8.newEncoder().canEncode(text);
            }
        }
        return false;
    }

    static String readJson(byte[] json) {
        return new String(json, StandardCharsets.UTF_8);
    }

    private static byte[] quote(String text) {
        byte[] quoted = JsonStringEncoder.getInstance().quoteAsUTF8(text);
        byte[] json = new byte[quoted.length + 2];
        json[0] = '"';
        System.arraycopy(quoted, 0, json, 1, quoted.length);
        json[json.length - 1] = '"';
        return json;
    }

    private static String unquote(byte[] json) {
        try (JsonParser parser = JsonFactories.PAYLOADS.createParser(json)) {
            JsonToken token = parser.nextToken();
            if (token != JsonToken.VALUE_STRING) {
                throw new IllegalArgumentException("A payload of this codec must be a JSON string, but this one is "
                        + (token == null ? "empty" : JsonFactories.describe(token)) + ".");
            }
            String text = parser.getText();
            if (parser.nextToken() != null) {
                throw new IllegalArgumentException(
                        "A payload must be one JSON value, but this one has more data after it.");
            }
            return text;
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "A payload of this codec must be a JSON string, but this one is malformed.", e);
        }
    }

    private static String requireEncodable(String text) {
        if (hasUnpairedSurrogate(text)) {
            throw new IllegalArgumentException(
                    "The payload cannot be encoded as UTF-8: it contains an unpaired surrogate. "
                            + "Use complete characters, or bytes with PayloadCodec.bytes().");
        }
        return text;
    }
}
