package io.taskqueue.serde;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.json.JsonGeneratorImpl;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import io.taskqueue.event.ReplicationEvent;
import java.io.IOException;

/** Writes events through Jackson's databinding. */
final class EventSerializer<T> extends StdSerializer<ReplicationEvent<T>> {

    private static final long serialVersionUID = 1L;

    private final transient ReplicationEventCodec<T> codec;

    EventSerializer(ReplicationEventCodec<T> codec) {
        super(ReplicationEvent.class, true);
        this.codec = codec;
    }

    @Override
    public void serialize(ReplicationEvent<T> event, JsonGenerator out, SerializerProvider provider)
            throws IOException {
        EventWriter.write(event, json -> writePayload(event, json), out);
    }

    private void writePayload(ReplicationEvent<T> event, JsonGenerator out) throws IOException {
        byte[] payload = codec.encodePayload(event.payload());
        if (out instanceof JsonGeneratorImpl) {
            out.writeRawValue(new RawJson(payload));
            return;
        }
        // a tree, or another format: token by token
        try (JsonParser parser = Json.PAYLOADS.createParser(payload)) {
            parser.nextToken();
            out.copyCurrentStructureExact(parser);
        }
    }
}
