package io.taskqueue.serde;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BoundedJsonTest {

    @Test
    void documentIsReadAsItWasWritten() throws IOException {
        var document = BoundedJson.object().put("command", "replay").put("number", 3);

        assertThat(BoundedJson.read(BoundedJson.bytes(document))).isEqualTo(document);
        assertThat(BoundedJson.read(BoundedJson.text(document))).isEqualTo(document);
    }

    @Test
    void bytesAreThoseOfAnUnconfiguredMapper() throws IOException {
        Map<String, Object> value = Map.of("text", "a\"é😀\u0000\u2028", "list", List.of(1, 2.50, true));

        assertThat(BoundedJson.bytes(value)).isEqualTo(new ObjectMapper().writeValueAsBytes(value));
        assertThat(BoundedJson.text(value)).isEqualTo(new ObjectMapper().writeValueAsString(value));
    }

    @Test
    void emptyDocumentIsMissing() throws IOException {
        assertThat(BoundedJson.read(new byte[0]).isMissingNode()).isTrue();
        assertThat(BoundedJson.read(" ").isMissingNode()).isTrue();
    }

    @Test
    void largeDocumentIsRejected() {
        byte[] json = ("\"" + "x".repeat(BoundedJson.MAX_BYTES) + "\"").getBytes(UTF_8);

        assertThatExceptionOfType(StreamConstraintsException.class)
                .isThrownBy(() -> BoundedJson.read(json))
                .withMessageContaining("Document length (1048578) exceeds the maximum allowed (1048576)");
        assertThatExceptionOfType(StreamConstraintsException.class)
                .isThrownBy(() -> BoundedJson.read(new String(json, UTF_8)));
    }

    @Test
    void deepDocumentLongNumberAndLongNameAreRejected() {
        for (String json : List.of("[".repeat(10_000), "9".repeat(1_001), "{\"" + "a".repeat(50_001) + "\":1}")) {
            assertThatExceptionOfType(StreamConstraintsException.class)
                    .isThrownBy(() -> BoundedJson.read(json.getBytes(UTF_8)))
                    .withMessageContaining("exceeds the maximum allowed");
            assertThatExceptionOfType(StreamConstraintsException.class).isThrownBy(() -> BoundedJson.read(json));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "x", "'a'", "{a:1}", "\uFEFF{", "\u0000{\u0000}"})
    void otherTextIsRejected(String text) {
        assertThatExceptionOfType(JsonProcessingException.class)
                .isThrownBy(() -> BoundedJson.read(text.getBytes(UTF_8)));
    }

    @Test
    void valueThatCannotBeWrittenIsAProgrammingError() {
        assertThatIllegalStateException()
                .isThrownBy(() -> BoundedJson.bytes(new Object()))
                .withMessageStartingWith("A java.lang.Object cannot be written as JSON: ");
    }
}
