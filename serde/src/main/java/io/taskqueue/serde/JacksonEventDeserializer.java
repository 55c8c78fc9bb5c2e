package io.taskqueue.serde;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import io.taskqueue.event.ReplicationEvent;
import java.io.IOException;

/** Reads events through Jackson's databinding: writes the parser's tokens as a record again, then decodes that. */
final class JacksonEventDeserializer<T> extends StdDeserializer<ReplicationEvent<T>> {

    private static final long serialVersionUID = 1L;

    private final transient ReplicationEventCodec<T> codec;

    JacksonEventDeserializer(ReplicationEventCodec<T> codec) {
        super(ReplicationEvent.class);
        this.codec = codec;
    }

    @Override
    public ReplicationEvent<T> deserialize(JsonParser parser, DeserializationContext context) throws IOException {
        byte[] json = bytesOf(parser);
        try {
            return codec.decode(json);
        } catch (UndecodableEventException undecodable) {
            throw JsonMappingException.from(parser, undecodable.getMessage(), undecodable);
        }
    }

    private static byte[] bytesOf(JsonParser parser) throws IOException {
        try (ByteArrayBuilder bytes = new ByteArrayBuilder()) {
            try (JsonGenerator out = JsonFactories.RECORDS.createGenerator(bytes)) {
                int depth = 0;
                do {
                    JsonToken token = parser.currentToken();
                    depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
                    copy(token, parser, out);
                } while (depth > 0 && parser.nextToken() != null);
            }
            return bytes.toByteArray();
        }
    }

    private static void copy(JsonToken token, JsonParser parser, JsonGenerator out) throws IOException {
        if (token.isNumeric()) {
            out.writeNumber(parser.getText()); // as text, which keeps every digit
        } else {
            out.copyCurrentEvent(parser);
        }
    }
}
