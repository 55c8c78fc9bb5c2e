package io.taskqueue.serde;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.core.json.JsonGeneratorImpl;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import io.taskqueue.event.ReplicationEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;

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
        EventJsonWriter.write(event, new GeneratorOutput(event, out));
    }

    private final class GeneratorOutput implements JsonOutput {

        private final ReplicationEvent<T> event;
        private final JsonGenerator out;

        GeneratorOutput(ReplicationEvent<T> event, JsonGenerator out) {
            this.event = event;
            this.out = out;
        }

        @Override
        public void startObject() throws IOException {
            out.writeStartObject();
        }

        @Override
        public void endObject() throws IOException {
            out.writeEndObject();
        }

        @Override
        public void startArray() throws IOException {
            out.writeStartArray();
        }

        @Override
        public void endArray() throws IOException {
            out.writeEndArray();
        }

        @Override
        public void name(SerializedString name) throws IOException {
            out.writeFieldName(name);
        }

        @Override
        public void name(String name) throws IOException {
            out.writeFieldName(name);
        }

        @Override
        public void number(long value) throws IOException {
            out.writeNumber(value);
        }

        @Override
        public void string(String value) throws IOException {
            out.writeString(value);
        }

        @Override
        public void instant(Instant value) throws IOException {
            out.writeString(InstantFormat.format(value));
        }

        @Override
        public void uuid(UUID value) throws IOException {
            out.writeString(value.toString());
        }

        @Override
        public void payload() throws IOException {
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
}
