package io.taskqueue.serde;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.ReplicationEvent;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The exception for an invalid record has the reason and the place, and there is never another exception. */
class UndecodableEventTest {

    private static final String ENQUEUED = new String(
            new ReplicationEventCodec<>(PayloadCodec.jsonText()).encode(WireFormatTest.sample(EventKind.ENQUEUED)),
            UTF_8);
    private static final String PAYLOAD = "{\"price\": 1.10}";

    private final ReplicationEventCodec<String> codec = new ReplicationEventCodec<>(PayloadCodec.jsonText());

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`` | it is empty.",
                "`   ` | it contains only white space.",
                "null | it is null, but must be an object.",
                "[] | it is an array, but must be an object.",
                "{} | the field kind is missing.",
                "{\"kind\":\"Vanished\"} | the field kind at byte 8 is \"Vanished\", which this version does not support. "
                        + "Upgrade readers before writers.",
                "{\"kind\":7} | the field kind at byte 8 is an integer, but must be a string.",
                "{\"attempt\":1.0} | the field attempt at byte 11 is a decimal number, but must be an integer.",
                "{\"attempt\":1,\"attempt\":1} | the field attempt at byte 23 occurs twice.",
                "{\"x\":1,\"x\":1} | the field x at byte 11 occurs twice.",
                "{\"value\":null} | the field value at byte 9 is null, which is not a valid payload.",
                "{\"flags\":null} | the field flags at byte 9 is null, but must be an array.",
                "{\"flags\":[\"DeadLetter\",\"DeadLetter\"]} | the field flags at byte 23 contains DeadLetter twice.",
                "{\"flags\":[1]} | the field flags at byte 10 is an integer, but must be a string.",
                "{\"occurredAt\":\"now\"} | the field occurredAt at byte 14 is \"now\", but must be an instant such as "
                        + "2026-11-01T10:00:30.5Z.",
                "{\"instanceId\":\"1-1-1-1-1\"} | the field instanceId at byte 14 is \"1-1-1-1-1\", but must be a UUID.",
                "{\"error\":{}} | the field error.message is missing.",
                "{\"error\":{\"message\":7}} | the field error.message at byte 20 is an integer, but must be a string.",
                "{\"error\":{\"metadata\":{\"a\":{}}}} | the field error.metadata.a at byte 26 is an object, but must be a "
                        + "string.",
                "{\"ownershipToken\":{\"attempt\":1}} | the field ownershipToken.sequenceId is missing.",
            })
    void exceptionHasReasonAndPlace(String json, String reason) {
        assertUndecodable(json, reason);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"sequenceNumber\":99 | \"sequenceNumber\":-1 | A position has an epoch and a sequence of at least 0, but "
                        + "this one has epoch 7, sequence -1.",
                "\"sequenceNumber\":99 | \"sequenceNumber\":0 | Sequence 0 of an epoch is reserved for SourceStarted, but "
                        + "Enqueued #1234 of task orders/7/42, attempt 1 of queue orders has it. Number mutations from 1.",
                "\"queueName\":\"orders\" | \"queueName\":\"\" | The queue name is empty. Use a name such as \"orders\".",
                "\"attempt\":1 | \"attempt\":0 | Attempts are numbered from 1, but task orders/7/42 has attempt 0.",
                "\"kind\":\"Enqueued\" | \"kind\":\"Completed\" | This event is not valid: Completed #1234 of task orders/7/42, "
                        + "attempt 1: it has no ownership token.",
                "\"kind\":\"Enqueued\" | \"kind\":\"SourceStarted\" | it is SourceStarted, which has no task, but it has the "
                        + "field sourceEventId.",
                "\"flags\":[] | \"instanceId\":\"00000000-0000-0000-0000-00000000000b\",\"flags\":[] | only SourceStarted "
                        + "has the field instanceId, which it has.",
            })
    void invalidEventIsReportedWithTheMessageOfItsConstructor(String part, String replacement, String reason) {
        assertUndecodable(ENQUEUED.replace(part, replacement), reason);
    }

    @Test
    void numberOutOfRangeIsUndecodable() {
        assertThat(reasonOf("{\"attempt\":2147483648}"))
                .startsWith("Numeric value (2147483648) out of range of int")
                .endsWith(", in or after the field attempt.");
        assertThat(reasonOf("{\"sourceEpoch\":9223372036854775808}"))
                .startsWith("Numeric value (9223372036854775808) out of range of long");
    }

    @Test
    void trailingDataIsUndecodable() {
        assertUndecodable(ENQUEUED + "{}", "it has more data after the object, at byte " + ENQUEUED.length() + ".");
        assertThat(reasonOf(ENQUEUED + "x")).startsWith("Unrecognized token 'x'");
        codec.decode((ENQUEUED + " \n").getBytes(UTF_8));
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "{\"a\":"})
    void tenThousandLevelsAreUndecodable(String level) {
        assertThat(reasonOf(ENQUEUED.replace(PAYLOAD, level.repeat(10_000))))
                .startsWith("Document nesting depth (501) exceeds the maximum allowed (500")
                .endsWith(", in or after the field value.");
        assertThat(reasonOf("{\"unknown\":" + level.repeat(10_000))).startsWith("Document nesting depth (501)");
        assertThat(reasonOf("{\"error\":{\"unknown\":" + level.repeat(10_000)))
                .startsWith("Document nesting depth (501)");
    }

    @Test
    void twentyMegabytesAreUndecodable() {
        assertUndecodable(
                ENQUEUED.replace(PAYLOAD, "\"" + "x".repeat(20_000_000) + "\""),
                "it has " + (ENQUEUED.length() - PAYLOAD.length() + 20_000_002)
                        + " bytes, but at most 16777216 are allowed.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-", "0.", "1e"})
    void numberOfAMillionDigitsIsUndecodable(String start) {
        String number = start + "9".repeat(1_000_000);

        assertThat(reasonOf(ENQUEUED.replace(PAYLOAD, number))).contains("exceeds the maximum allowed (1000");
        assertThat(reasonOf(ENQUEUED.replace(PAYLOAD, "{\"a\":[" + number + "]}")))
                .contains("exceeds the maximum allowed (1000");
        assertThat(reasonOf("{\"attempt\":" + number)).contains("exceeds the maximum allowed (1000");
    }

    @Test
    void fieldNameOfAMillionCharactersIsUndecodable() {
        assertThat(reasonOf("{\"" + "a".repeat(1_000_000) + "\":1}")).contains("exceeds the maximum allowed (50000");
    }

    @Test
    void unknownFieldsAreBounded() {
        StringBuilder fields = new StringBuilder();
        for (int i = 0; i < 257; i++) {
            fields.append("\"x").append(i).append("\":1,");
        }
        codec.decode(ENQUEUED.replace("{\"seq", "{" + fields.substring(0, fields.indexOf("\"x256")) + "\"seq")
                .getBytes(UTF_8));
        assertThat(reasonOf(ENQUEUED.replace("{\"seq", "{" + fields + "\"seq")))
                .endsWith("exceeds the limit of 256 unknown fields.");
    }

    @Test
    void fieldsOfAnErrorAreBounded() {
        StringBuilder fields = new StringBuilder();
        for (int i = 0; i < 257; i++) {
            fields.append("\"x").append(i).append("\":1,");
        }
        assertThat(reasonOf("{\"error\":{" + fields)).endsWith("exceeds the limit of 256 fields in an object.");
    }

    @Test
    void malformedUtf8IsUndecodable() {
        for (byte[] malformed : new byte[][] {
            {(byte) 0xC0, (byte) 0x80}, // overlong
            {(byte) 0xED, (byte) 0xA0, (byte) 0x80}, // a surrogate
            {(byte) 0xF4, (byte) 0x90, (byte) 0x80, (byte) 0x80}, // beyond Unicode
            {(byte) 0x80},
            {(byte) 0xE2, (byte) 0x82},
            {(byte) 0xFF}
        }) {
            String text = new String(malformed, StandardCharsets.ISO_8859_1);
            byte[] json = ENQUEUED.replace("price", text).getBytes(StandardCharsets.ISO_8859_1);
            assertThat(reasonOf(json)).isEqualTo("byte " + ENQUEUED.indexOf("price") + " is not valid UTF-8.");
        }
    }

    @Test
    void otherEncodingsAreUndecodable() {
        assertThat(reasonOf(ENQUEUED.getBytes(StandardCharsets.UTF_16LE))).isNotEmpty();
        assertThat(reasonOf(ENQUEUED.getBytes(StandardCharsets.UTF_16BE))).isNotEmpty();
        assertThat(reasonOf(("\uFEFF" + ENQUEUED).getBytes(UTF_8))).isNotEmpty();
    }

    @Test
    void reasonIsBoundedAndOnOneLine() {
        assertThat(reasonOf("{\"kind\":\"a\\nb\\u001b" + "x".repeat(5_000) + "\"}"))
                .hasSizeLessThan(500)
                .contains("is \"a b x")
                .contains("…");
    }

    @Test
    void whateverThePayloadCodecThrowsIsUndecodable() {
        assertThat(reasonOf(json -> {
                    throw new IllegalStateException("no such order");
                }))
                .isEqualTo(
                        "the payload codec failed on its field value with java.lang.IllegalStateException: no such order.");
        assertThat(reasonOf(json -> recurse(1) + ""))
                .isEqualTo("the payload codec failed on its field value with java.lang.StackOverflowError.");
        assertThat(reasonOf(json -> {
                    throw new AssertionError("never");
                }))
                .isEqualTo("the payload codec failed on its field value with java.lang.AssertionError: never.");
        assertThat(reasonOf((byte[] json) -> null)).isEqualTo("the payload codec returned null for its field value.");
    }

    @Test
    void errorsThatTheRecordDidNotCauseAreThrownUnchanged() {
        assertThatExceptionOfType(NoClassDefFoundError.class).isThrownBy(() -> codecOf(json -> {
                    throw new NoClassDefFoundError("Order");
                })
                .decode(ENQUEUED.getBytes(UTF_8)));
    }

    @Test
    void unknownFieldsAndFlagsAreSkipped() {
        String json = ENQUEUED.replace(
                "\"flags\":[]", "\"flags\":[\"FromTheFuture\"],\"new\":{\"a\":[1,null]},\"newer\":null");

        assertThat(codec.decode(json.getBytes(UTF_8))).isEqualTo(WireFormatTest.sample(EventKind.ENQUEUED));
    }

    @Test
    void instantsAreReadWithAnyOffset() {
        String json = ENQUEUED.replace("10:00:30.500Z", "12:30:30.5+02:30");

        assertThat(codec.decode(json.getBytes(UTF_8)).occurredAt())
                .isEqualTo(Instant.parse("2026-11-01T10:00:30.500Z"));
    }

    private static int recurse(int depth) {
        return depth == Integer.MAX_VALUE ? 0 : recurse(depth + 1) + depth;
    }

    private void assertUndecodable(String json, String reason) {
        assertThat(reasonOf(json)).isEqualTo(reason);
    }

    private String reasonOf(String json) {
        return reasonOf(json.getBytes(UTF_8));
    }

    private String reasonOf(byte[] json) {
        return reasonOf(codec, json);
    }

    private static String reasonOf(Function<byte[], String> decode) {
        return reasonOf(codecOf(decode), ENQUEUED.getBytes(UTF_8));
    }

    private static String reasonOf(ReplicationEventCodec<String> codec, byte[] json) {
        try {
            ReplicationEvent<String> event = codec.decode(json);
            throw new AssertionError("The record was read as " + event);
        } catch (UndecodableEventException undecodable) {
            String start = "This record is not a replication event: ";
            assertThat(undecodable).hasMessageStartingWith(start);
            return undecodable.getMessage().substring(start.length());
        }
    }

    private static ReplicationEventCodec<String> codecOf(Function<byte[], String> decode) {
        return new ReplicationEventCodec<>(new PayloadCodec<>() {
            @Override
            public byte[] encode(String payload) {
                return payload.getBytes(UTF_8);
            }

            @Override
            public String decode(byte[] json) {
                return decode.apply(json);
            }
        });
    }
}
