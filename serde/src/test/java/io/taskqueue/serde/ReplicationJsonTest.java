package io.taskqueue.serde;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.taskqueue.event.EventKind;
import io.taskqueue.event.ReplicationEvent;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReplicationJsonTest {

    private final ReplicationEvent<String> event = WireFormatTest.sample(EventKind.FAILED);
    private final ReplicationEventCodec<String> codec = new ReplicationEventCodec<>(PayloadCodec.jsonText());
    private final ObjectMapper mapper = ReplicationJson.mapper(PayloadCodec.jsonText());

    @Test
    void eventsCanBePartsOfOtherValues() throws Exception {
        String json = mapper.writeValueAsString(Map.of("events", List.of(event, event)));

        String one = new String(codec.encode(event), UTF_8);
        assertThat(json).isEqualTo("{\"events\":[" + one + "," + one + "]}");
    }

    @Test
    void eventIsConvertedToATree() {
        JsonNode tree = mapper.valueToTree(event);

        assertThat(tree.at("/value/price").decimalValue()).isEqualByComparingTo("1.10");
        assertThat(tree.at("/error/metadata/host").asText()).isEqualTo("b");
        assertThat(tree.at("/ownershipToken/attempt").asInt()).isEqualTo(2);
    }

    @Test
    void moduleWorksInAMapperOfTheApplication() throws Exception {
        ObjectMapper own = new ObjectMapper().registerModule(ReplicationJson.module(PayloadCodec.jsonText()));

        assertThat(own.writeValueAsBytes(event)).isEqualTo(codec.encode(event));
        List<ReplicationEvent<String>> read =
                own.readValue("[" + own.writeValueAsString(event) + "]", new TypeReference<>() {});
        assertThat(read.get(0).error()).isEqualTo(event.error());
    }

    @Test
    void numbersKeepTheirDigitsWhenRead() throws Exception {
        String json = new String(codec.encode(event), UTF_8).replace("{\"price\": 1.10}", "[1.10,1e400,-0,1E+2]");

        ReplicationEvent<String> read = mapper.readValue(json, new TypeReference<>() {});

        assertThat(read.payload()).isEqualTo("[1.10,1e400,-0,1E+2]");
    }

    @Test
    void invalidEventIsReportedAsAMappingException() {
        assertThatExceptionOfType(JsonMappingException.class)
                .isThrownBy(() -> mapper.readValue("{\"kind\":\"Vanished\"}", ReplicationEvent.class))
                .withMessageContaining("is \"Vanished\", which this version does not support")
                .withCauseInstanceOf(UndecodableEventException.class);
    }
}
