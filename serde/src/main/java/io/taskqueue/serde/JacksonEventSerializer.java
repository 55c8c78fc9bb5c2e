package io.taskqueue.serde;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.json.JsonGeneratorImpl;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import io.taskqueue.event.ReplicationEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Writes events through Jackson's databinding, as they are written in records. */
final class JacksonEventSerializer<T> extends StdSerializer<ReplicationEvent<T>> {

    private static final long serialVersionUID = 1L;

    private final transient ReplicationEventCodec<T> codec;

    JacksonEventSerializer(ReplicationEventCodec<T> codec) {
        super(ReplicationEvent.class, true);
        this.codec = codec;
    }

    @Override
    public void serialize(ReplicationEvent<T> event, JsonGenerator out, SerializerProvider provider)
            throws IOException {
        EventJsonWriter.write(event, json -> writePayload(event, json), out);
    }

    private void writePayload(ReplicationEvent<T> event, JsonGenerator out) throws IOException {
        byte[] payload = codec.encodePayload(event.payload());
        if (out instanceof JsonGeneratorImpl) {
            out.writeRawValue(new String(payload, StandardCharsets.UTF_8));
            return;
        }
        // the output is a tree or another format, so the payload is copied token by token
        try (JsonParser parser = JsonFactories.PAYLOADS.createParser(payload)) {
            while (parser.nextToken() != null) {
                out.copyCurrentEventExact(parser);
            }
        }
    }
}
