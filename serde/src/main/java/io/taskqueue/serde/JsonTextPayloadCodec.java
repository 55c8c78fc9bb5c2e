package io.taskqueue.serde;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Payloads that are JSON texts already: passed on as they are. */
final class JsonTextPayloadCodec implements CheckedPayloadCodec<String> {

    @Override
    public byte[] encode(String payload) {
        JsonPayloadCodec.requireNotNull(payload);
        try {
            ByteBuffer utf8 = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(payload.strip()));
            byte[] json = new byte[utf8.remaining()];
            utf8.get(json);
            return Json.requirePayload(json);
        } catch (CharacterCodingException broken) {
            throw new IllegalArgumentException("The payload is no text of UTF-8: it holds half of a surrogate pair. "
                    + "Pass the text as whole characters.");
        }
    }

    @Override
    public String decode(byte[] json) {
        return new String(json, StandardCharsets.UTF_8);
    }
}
