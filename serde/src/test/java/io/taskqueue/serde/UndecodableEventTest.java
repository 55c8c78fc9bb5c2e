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

/** What is wrong with a record is told with its place and the reason, and is never another exception. */
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
                "`   ` | it holds nothing but white space.",
                "null | it is null where an object is due.",
                "[] | it is an array where an object is due.",
                "{} | the field kind is missing.",
                "{\"kind\":\"Vanished\"} | the field kind at byte 8 is \"Vanished\", a kind that this version does not know. "
                        + "Upgrade what reads, before what writes.",
                "{\"kind\":7} | the field kind at byte 8 is a whole number where a string is due.",
                "{\"attempt\":1.0} | the field attempt at byte 11 is a fraction where a whole number is due.",
                "{\"attempt\":1,\"attempt\":1} | the field attempt at byte 23 is there twice.",
                "{\"x\":1,\"x\":1} | the field x at byte 11 is there twice.",
                "{\"value\":null} | the field value at byte 9 is null, which no payload is.",
                "{\"flags\":null} | the field flags at byte 9 is null where an array is due.",
                "{\"flags\":[\"DeadLetter\",\"DeadLetter\"]} | the field flags at byte 23 holds DeadLetter twice.",
                "{\"flags\":[1]} | the field flags at byte 10 is a whole number where a string is due.",
                "{\"occurredAt\":\"now\"} | the field occurredAt at byte 14 is \"now\" where an instant is due, such as "
                        + "2026-11-01T10:00:30.5Z.",
                "{\"instanceId\":\"1-1-1-1-1\"} | the field instanceId at byte 14 is \"1-1-1-1-1\" where a UUID is due.",
                "{\"error\":{}} | the field error.message is missing.",
                "{\"error\":{\"message\":7}} | the field error.message at byte 20 is a whole number where a string is due.",
                "{\"error\":{\"metadata\":{\"a\":{}}}} | the field error.metadata.a at byte 26 is an object where a string is "
                        + "due.",
                "{\"ownershipToken\":{\"attempt\":1}} | the field ownershipToken.sequenceId is missing.",
            })
    void reasonAndPlaceAreTold(String json, String reason) {
        assertUndecodable(json, reason);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"sequenceNumber\":99 | \"sequenceNumber\":-1 | A position has no negative part, but this is epoch 7, sequence "
                        + "-1. Epochs and sequences are counted from 0.",
                "\"sequenceNumber\":99 | \"sequenceNumber\":0 | Sequence 0 of an epoch is SourceStarted, but Enqueued #1234 of "
                        + "task orders/7/42, attempt 1 of queue orders was given it. Mutations are numbered from 1.",
                "\"queueName\":\"orders\" | \"queueName\":\"\" | The queue name is empty. Use a name such as \"orders\".",
                "\"attempt\":1 | \"attempt\":0 | Attempts are counted from 1, but task orders/7/42 is given attempt 0.",
                "\"kind\":\"Enqueued\" | \"kind\":\"Completed\" | No queue makes this event: Completed #1234 of task orders/7/42, "
                        + "attempt 1: it has no ownership token.",
                "\"kind\":\"Enqueued\" | \"kind\":\"SourceStarted\" | it is SourceStarted, which carries no task, but has the "
                        + "field sourceEventId.",
                "\"flags\":[] | \"instanceId\":\"00000000-0000-0000-0000-00000000000b\",\"flags\":[] | it has the instanceId "
                        + "that only SourceStarted carries.",
            })
    void impossibleEventIsToldAsItsConstructorTells(String part, String replacement, String reason) {
        assertUndecodable(ENQUEUED.replace(part, replacement), reason);
    }

    @Test
    void numberOutOfRangeIsUndecodable() {
        assertThat(reasonOf("{\"attempt\":2147483648}"))
                .startsWith("Numeric value (2147483648) out of range of int")
                .endsWith(", in or behind the field attempt.");
        assertThat(reasonOf("{\"sourceEpoch\":9223372036854775808}"))
                .startsWith("Numeric value (9223372036854775808) out of range of long");
    }

    @Test
    void trailingGarbageIsUndecodable() {
        assertUndecodable(ENQUEUED + "{}", "something follows the object at byte " + ENQUEUED.length() + ".");
        assertThat(reasonOf(ENQUEUED + "x")).startsWith("Unrecognized token 'x'");
        codec.decode((ENQUEUED + " \n").getBytes(UTF_8));
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "{\"a\":"})
    void tenThousandLevelsAreUndecodable(String level) {
        assertThat(reasonOf(ENQUEUED.replace(PAYLOAD, level.repeat(10_000))))
                .startsWith("Document nesting depth (501) exceeds the maximum allowed (500")
                .endsWith(", in or behind the field value.");
        assertThat(reasonOf("{\"unknown\":" + level.repeat(10_000))).startsWith("Document nesting depth (501)");
        assertThat(reasonOf("{\"error\":{\"unknown\":" + level.repeat(10_000)))
                .startsWith("Document nesting depth (501)");
    }

    @Test
    void twentyMegabytesAreUndecodable() {
        assertUndecodable(
                ENQUEUED.replace(PAYLOAD, "\"" + "x".repeat(20_000_000) + "\""),
                "it has " + (ENQUEUED.length() - PAYLOAD.length() + 20_000_002)
                        + " bytes where at most 16777216 are read.");
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
                .endsWith("is one unknown field more than the 256 that are passed over.");
    }

    @Test
    void fieldsOfAnErrorAreBounded() {
        StringBuilder fields = new StringBuilder();
        for (int i = 0; i < 257; i++) {
            fields.append("\"x").append(i).append("\":1,");
        }
        assertThat(reasonOf("{\"error\":{" + fields))
                .endsWith("is one field more than the 256 that an object in a record has.");
    }

    @Test
    void brokenUtf8IsUndecodable() {
        for (byte[] broken : new byte[][] {
            {(byte) 0xC0, (byte) 0x80}, // overlong
            {(byte) 0xED, (byte) 0xA0, (byte) 0x80}, // a surrogate
            {(byte) 0xF4, (byte) 0x90, (byte) 0x80, (byte) 0x80}, // beyond Unicode
            {(byte) 0x80},
            {(byte) 0xE2, (byte) 0x82},
            {(byte) 0xFF}
        }) {
            String text = new String(broken, StandardCharsets.ISO_8859_1);
            byte[] json = ENQUEUED.replace("price", text).getBytes(StandardCharsets.ISO_8859_1);
            assertThat(reasonOf(json)).isEqualTo("byte " + ENQUEUED.indexOf("price") + " is not UTF-8.");
        }
    }

    @Test
    void otherEncodingsAreUndecodable() {
        assertThat(reasonOf(ENQUEUED.getBytes(StandardCharsets.UTF_16LE))).isNotEmpty();
        assertThat(reasonOf(ENQUEUED.getBytes(StandardCharsets.UTF_16BE))).isNotEmpty();
        assertThat(reasonOf(("\uFEFF" + ENQUEUED).getBytes(UTF_8))).isNotEmpty();
    }

    @Test
    void textOfAReasonIsBoundedAndOnOneLine() {
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
                        "the payload codec refused its field value with java.lang.IllegalStateException: no such order.");
        assertThat(reasonOf(json -> recurse(1) + ""))
                .isEqualTo("the payload codec refused its field value with java.lang.StackOverflowError.");
        assertThat(reasonOf(json -> {
                    throw new AssertionError("never");
                }))
                .isEqualTo("the payload codec refused its field value with java.lang.AssertionError: never.");
        assertThat(reasonOf((byte[] json) -> null)).isEqualTo("the payload codec made null of its field value.");
    }

    @Test
    void brokenClassPathIsNotTheRecordsFault() {
        assertThatExceptionOfType(NoClassDefFoundError.class).isThrownBy(() -> codecOf(json -> {
                    throw new NoClassDefFoundError("Order");
                })
                .decode(ENQUEUED.getBytes(UTF_8)));
    }

    @Test
    void unknownFieldsAndFlagsArePassedOver() {
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
            String start = "This record is no replication event: ";
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
