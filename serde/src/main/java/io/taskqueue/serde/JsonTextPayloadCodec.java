package io.taskqueue.serde;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Payloads that are JSON texts already and are written unchanged, without the white space around them. */
final class JsonTextPayloadCodec implements CheckedPayloadCodec<String> {

    @Override
    public byte[] encodeUnchecked(String payload) {
        try {
            ByteBuffer utf8 = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(payload.strip()));
            byte[] json = new byte[utf8.remaining()];
            utf8.get(json);
            return json;
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(
                    "The payload cannot be encoded as UTF-8: it contains an unpaired surrogate. Use complete characters.");
        }
    }

    @Override
    public String decode(byte[] json) {
        return new String(json, StandardCharsets.UTF_8);
    }
}
