package io.taskqueue.serde;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class Utf8ValidatorTest {

    /** Bytes at the borders of what may follow one another. */
    private static final int[] BORDERS = {
        0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF,
        0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF
    };

    @Property(tries = 20_000)
    void firstMalformedByteIsTheOneThatTheJdkFinds(@ForAll("bytes") byte[] bytes) {
        CharBuffer decoded = CharBuffer.allocate(bytes.length + 1);
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CoderResult result = StandardCharsets.UTF_8.newDecoder().decode(in, decoded, true);

        assertThat(Utf8Validator.firstMalformed(bytes)).isEqualTo(result.isError() ? in.position() : -1);
    }

    @Provide
    Arbitrary<byte[]> bytes() {
        Arbitrary<Byte> border =
                Arbitraries.of(Arrays.stream(BORDERS).boxed().toList()).map(Integer::byteValue);
        Arbitrary<byte[]> malformed = border.array(byte[].class).ofMaxSize(12);
        Arbitrary<byte[]> mostlyWellFormed = Arbitraries.of("a", "é", "€", "😀", "01234567", "\u0000")
                .list()
                .ofMaxSize(8)
                .map(texts -> String.join("", texts).getBytes(StandardCharsets.UTF_8));
        return Arbitraries.oneOf(malformed, mostlyWellFormed);
    }
}
