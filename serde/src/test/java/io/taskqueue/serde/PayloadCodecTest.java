package io.taskqueue.serde;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.annotation.JsonRawValue;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PayloadCodecTest {

    record Order(
            String id,
            BigDecimal price,
            Instant at,
            LocalDate due,
            OffsetDateTime local,
            Duration grace,
            List<String> lines,
            @Nullable String note) {}

    record Nothing(@JsonValue @Nullable String value) {}

    record Raw(@JsonRawValue String json) {}

    record Loop(List<Object> items) {}

    @Property
    void textIsReadAsItWasWritten(@ForAll("texts") String text) {
        byte[] json = PayloadCodec.utf8().encode(text);

        assertThat(PayloadCodec.utf8().decode(json)).isEqualTo(text);
    }

    @Property
    void bytesAreReadAsTheyWereWritten(@ForAll byte[] bytes) {
        assertThat(PayloadCodec.bytes().decode(PayloadCodec.bytes().encode(bytes)))
                .isEqualTo(bytes);
    }

    @Property
    void jsonTextIsReadAsItWasWritten(@ForAll("payloads") String json) {
        PayloadCodec<String> codec = PayloadCodec.jsonText();

        assertThat(codec.encode(json)).isEqualTo(json.getBytes(UTF_8));
        assertThat(codec.decode(codec.encode("\n " + json + "\t"))).isEqualTo(json);
    }

    @Provide
    Arbitrary<String> texts() {
        return ArbitraryEvents.texts();
    }

    @Provide
    Arbitrary<String> payloads() {
        return ArbitraryEvents.payloads();
    }

    @Test
    void textIsAJsonString() {
        assertThat(new String(PayloadCodec.utf8().encode("a\"b\\\u0000é😀"), UTF_8))
                .isEqualTo("\"a\\\"b\\\\\\u0000é😀\"");
    }

    @Test
    void bytesAreABase64String() {
        assertThat(new String(PayloadCodec.bytes().encode(new byte[] {0, (byte) 0xFF, 16}), UTF_8))
                .isEqualTo("\"AP8Q\"");
    }

    @Test
    void objectIsReadAsItWasWritten() {
        PayloadCodec<Order> codec = PayloadCodec.json(Order.class);
        Order order = new Order(
                "o-1",
                new BigDecimal("1.10"),
                Instant.parse("2026-11-01T10:00:00.000000001Z"),
                LocalDate.parse("2026-11-02"),
                OffsetDateTime.parse("2026-11-01T10:00:00+05:30"),
                Duration.ofMillis(1_500),
                List.of("é", "😀"),
                null);

        byte[] json = codec.encode(order);

        assertThat(new String(json, UTF_8))
                .isEqualTo("{\"id\":\"o-1\",\"price\":1.10,\"at\":\"2026-11-01T10:00:00.000000001Z\","
                        + "\"due\":\"2026-11-02\",\"local\":\"2026-11-01T10:00:00+05:30\",\"grace\":\"PT1.5S\","
                        + "\"lines\":[\"é\",\"😀\"],\"note\":null}");
        assertThat(codec.decode(json)).isEqualTo(order);
    }

    @Test
    void unknownPropertyIsIgnored() {
        assertThat(PayloadCodec.json(Nested.class).decode("{\"a\":1,\"b\":2}".getBytes(UTF_8)))
                .isEqualTo(new Nested(1));
    }

    record Nested(int a) {}

    @Test
    void numbersWithoutAJavaTypeKeepTheirDigits() {
        String json = "{\"a\":1.10,\"b\":12345678901234567890.000000000000000001,\"c\":123456789012345678901234567890}";
        PayloadCodec<?> maps = PayloadCodec.json(Map.class);
        assertThat(reencode(maps, json)).isEqualTo(json);
        assertThat(reencode(PayloadCodec.json(JsonNode.class), json)).isEqualTo(json);
        assertThat(reencode(PayloadCodec.json(Object.class), json)).isEqualTo(json);
    }

    private static <T> String reencode(PayloadCodec<T> codec, String json) {
        return new String(codec.encode(codec.decode(json.getBytes(UTF_8))), UTF_8);
    }

    @Test
    void payloadWrittenAsNullIsRejected() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PayloadCodec.json(Nothing.class).encode(new Nothing(null)))
                .withMessage(
                        "A payload must not be JSON null, but this one is. Enqueue a value that describes the task.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PayloadCodec.jsonText().encode(" null "))
                .withMessage(
                        "A payload must not be JSON null, but this one is. Enqueue a value that describes the task.");
    }

    @Test
    void nullIsRejected() {
        for (PayloadCodec<?> codec : List.of(
                PayloadCodec.utf8(), PayloadCodec.bytes(), PayloadCodec.jsonText(), PayloadCodec.json(Order.class))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> codec.encode(null))
                    .withMessage(
                            "A payload must not be null, but this one is. Enqueue a value that describes the task.");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`` | A payload must be one JSON value, but this one is empty.",
                "{} {} | A payload must be one JSON value, but this one has more data after it, at byte 3.",
                "[1, | A payload must be one JSON value, but this one is not: Unexpected end-of-input within/between Array entries at "
                        + "byte 3.",
            })
    void textThatIsNotJsonIsRejected(String text, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PayloadCodec.jsonText().encode(text))
                .withMessage(message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hello",
                "'a'",
                "01",
                "+1",
                "NaN",
                "{a:1}",
                "[1,]",
                "\"a",
                "{\"a\"}",
                "1 // one",
                "\uFEFF1",
                "\"\n\""
            })
    void textThatIsNotStrictJsonIsRejected(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PayloadCodec.jsonText().encode(text));
    }

    @Test
    void unpairedSurrogateIsRejected() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PayloadCodec.utf8().encode("a\uD83D"))
                .withMessage("The payload cannot be encoded as UTF-8: it contains an unpaired surrogate. Use complete "
                        + "characters, or bytes with PayloadCodec.bytes().");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PayloadCodec.jsonText().encode("\"\uD83D\""))
                .withMessage("The payload cannot be encoded as UTF-8: it contains an unpaired surrogate. Use complete "
                        + "characters.");
    }

    @Test
    void payloadThatCouldNotBeReadBackIsRejected() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PayloadCodec.jsonText().encode("[".repeat(500) + "]".repeat(500)))
                .withMessageStartingWith(
                        "A payload must be one JSON value, but this one is not: Document nesting depth (500)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PayloadCodec.jsonText().encode("9".repeat(1_001)))
                .withMessageStartingWith(
                        "A payload must be one JSON value, but this one is not: Number value length (1001)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PayloadCodec.utf8().encode("x".repeat(ReplicationEventCodec.MAX_PAYLOAD_BYTES)))
                .withMessage(
                        "A payload has at most 12582912 bytes of JSON, but this one has 12582914. Store the content "
                                + "elsewhere and enqueue a reference to it.");
    }

    @Test
    void objectThatCannotBeWrittenIsRejected() {
        List<Object> items = new ArrayList<>();
        items.add(new Loop(items));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> PayloadCodec.json(Loop.class).encode(new Loop(items)))
                .withMessageStartingWith("A io.taskqueue.serde.PayloadCodecTest$Loop cannot be written as JSON: ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PayloadCodec.json(Raw.class).encode(new Raw("}")))
                .withMessageStartingWith("A payload must be one JSON value, but this one is not: ");
    }

    @Test
    void readErrorHasThePlaceButNotThePayload() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PayloadCodec.json(Nested.class).decode("{\"a\":\"secret\"}".getBytes(UTF_8)))
                .withMessage(
                        "The payload cannot be read as io.taskqueue.serde.PayloadCodecTest$Nested: InvalidFormatException "
                                + "at io.taskqueue.serde.PayloadCodecTest$Nested[\"a\"]");
    }

    @Test
    void otherJsonIsNotAText() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PayloadCodec.utf8().decode("7".getBytes(UTF_8)))
                .withMessage("A payload of this codec must be a JSON string, but this one is an integer.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PayloadCodec.bytes().decode("\"!\"".getBytes(UTF_8)));
    }

    @Test
    void outputOfAnApplicationsCodecIsChecked() {
        ReplicationEventCodec<String> codec = new ReplicationEventCodec<>(new PayloadCodec<>() {
            @Override
            public byte[] encode(String payload) {
                return payload.getBytes(UTF_8);
            }

            @Override
            public String decode(byte[] json) {
                return new String(json, UTF_8);
            }
        });

        assertThat(codec.encodePayload("[1]")).isEqualTo("[1]".getBytes(UTF_8));
        assertThatIllegalArgumentException().isThrownBy(() -> codec.encodePayload("null"));
        assertThatIllegalArgumentException().isThrownBy(() -> codec.encodePayload("1}"));
    }
}
