package io.taskqueue.serde;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.function.Function;

/** Payloads that are one JSON string: a text, or bytes in base64. */
final class TextPayloadCodec<T> implements CheckedPayloadCodec<T> {

    static final PayloadCodec<String> UTF8 =
            new TextPayloadCodec<>(TextPayloadCodec::requireEncodable, TextPayloadCodec::requireEncodable);

    static final PayloadCodec<byte[]> BYTES =
            new TextPayloadCodec<>(Base64.getEncoder()::encodeToString, Base64.getDecoder()::decode);

    private final Function<T, String> toText;
    private final Function<String, T> fromText;

    private TextPayloadCodec(Function<T, String> toText, Function<String, T> fromText) {
        this.toText = toText;
        this.fromText = fromText;
    }

    @Override
    public byte[] encodeUnchecked(T payload) {
        byte[] text = JsonStringEncoder.getInstance().quoteAsUTF8(toText.apply(payload));
        byte[] json = new byte[text.length + 2];
        json[0] = '"';
        System.arraycopy(text, 0, json, 1, text.length);
        json[json.length - 1] = '"';
        return json;
    }

    @Override
    public T decode(byte[] json) {
        try (JsonParser parser = JsonFactories.PAYLOADS.createParser(json)) {
            JsonToken token = parser.nextToken();
            if (token != JsonToken.VALUE_STRING) {
                throw new IllegalArgumentException("A payload of this codec must be a JSON string, but this one is "
                        + (token == null ? "empty" : JsonFactories.describe(token)) + ".");
            }
            T payload = fromText.apply(parser.getText());
            if (parser.nextToken() != null) {
                throw new IllegalArgumentException(
                        "A payload must be one JSON value, but this one has more data after it.");
            }
            return payload;
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "A payload of this codec must be a JSON string, but this one is malformed.", e);
        }
    }

    private static String requireEncodable(String text) {
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw new IllegalArgumentException(
                    "The payload cannot be encoded as UTF-8: it contains an unpaired surrogate. "
                            + "Use complete characters, or bytes with PayloadCodec.bytes().");
        }
        return text;
    }
}
