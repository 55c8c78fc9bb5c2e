package io.taskqueue.serde;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.taskqueue.event.ReplicationEvent;
import java.util.UUID;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.domains.Domain;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/** Every event is read back as it was written. */
@Domain(ArbitraryEvents.class)
class RoundTripTest {

    private final ReplicationEventCodec<String> codec = new ReplicationEventCodec<>(PayloadCodec.jsonText());
    private final ObjectMapper mapper = ReplicationJson.mapper(PayloadCodec.jsonText());
    private final ReplicationEventSerde<String> serde = new ReplicationEventSerde<>(PayloadCodec.jsonText());

    @Property
    void eventIsReadAsItWasWritten(@ForAll ReplicationEvent<String> event) {
        assertThat(codec.decode(codec.encode(event))).isEqualTo(event);
    }

    @Property
    void bytesAreTheSameWhenWrittenAgain(@ForAll ReplicationEvent<String> event) {
        byte[] json = codec.encode(event);

        assertThat(codec.encode(codec.decode(json))).isEqualTo(json);
    }

    @Property
    void payloadKeepsEveryCharacter(@ForAll ReplicationEvent<String> event) {
        String json = new String(codec.encode(event), UTF_8);

        assertThat(codec.decode(json.getBytes(UTF_8)).hasPayload()).isEqualTo(event.hasPayload());
        if (event.hasPayload()) {
            assertThat(json).contains("\"value\":" + event.payload());
            assertThat(codec.decode(json.getBytes(UTF_8)).payload()).isEqualTo(event.payload());
        }
    }

    @Property
    void mapperWritesTheSameBytes(@ForAll ReplicationEvent<String> event) throws Exception {
        assertThat(mapper.writeValueAsBytes(event)).isEqualTo(codec.encode(event));
        assertThat(mapper.writeValueAsString(event)).isEqualTo(new String(codec.encode(event), UTF_8));
    }

    @Property
    void mapperReadsWhatItWroteExceptForWhiteSpaceInThePayload(@ForAll ReplicationEvent<String> event)
            throws Exception {
        Assume.that(!event.hasPayload() || !event.payload().contains("ud800")); // cannot be encoded as UTF-8

        ReplicationEvent<String> read = mapper.readValue(codec.encode(event), new TypeReference<>() {});

        assertThat(withoutBlanks(codec.encode(read))).isEqualTo(withoutBlanks(codec.encode(event)));
    }

    private static String withoutBlanks(byte[] json) {
        return new String(json, UTF_8).replace(" ", "").replace("\n", "");
    }

    @Property
    void serdeWritesAndReadsTheSameBytes(@ForAll ReplicationEvent<String> event) {
        byte[] json = serde.serializer().serialize("events", event);

        assertThat(json).isEqualTo(codec.encode(event));
        assertThat(serde.deserializer().deserialize("events", json)).isEqualTo(event);
    }

    @Property
    void headersHaveQueueAndPosition(@ForAll ReplicationEvent<String> event) {
        Headers headers = new RecordHeaders();
        UUID instance = UUID.randomUUID();

        EventHeaders.write(event, instance, headers);

        EventHeaders read = EventHeaders.read(headers).orElseThrow();
        assertThat(read.queueName()).isEqualTo(event.queueName());
        assertThat(read.position()).isEqualTo(event.position());
        assertThat(read.instanceId()).contains(instance);
        assertThat(read.payloadOmitted()).isEqualTo(event.change().isPresent() && !event.hasPayload());
    }

    @Property
    void instantsAreWrittenAsByInstantToString(@ForAll ReplicationEvent<String> event) {
        assertThat(new String(codec.encode(event), UTF_8))
                .contains(
                        "\"occurredAt\":\"" + event.occurredAt() + "\",\"recordedAt\":\"" + event.recordedAt() + "\"");
    }
}
