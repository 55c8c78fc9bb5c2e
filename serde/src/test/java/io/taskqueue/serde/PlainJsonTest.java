package io.taskqueue.serde;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlainJsonTest {

    private static final String ORDER =
            """
            { "id": 17, "price": -1.50e+2, "paid": true, "note": "a\\n\\"b\\" \u00e9", "lines": [ {}, [], [1, 2], null, {"x": false} ] }
            """;

    @ParameterizedTest
    @ValueSource(
            strings = {
                ORDER,
                "{}",
                "[]",
                " [ ] ",
                "0",
                "-0.1E-7",
                "true",
                "false",
                "\"text\"",
                "[[[[null]]]]",
                "{\"a\":{\"b\":[]}}"
            })
    void usualValuesAreRecognized(String json) {
        assertThat(PlainJson.isValue(json.getBytes(UTF_8))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "null",
                "01",
                "1.",
                ".5",
                "-",
                "1e",
                "+1",
                "tru",
                "truE",
                "[1,]",
                "[,1]",
                "{,}",
                "{\"a\"}",
                "{\"a\":}",
                "{\"a\" 1}",
                "{\"a\":1,}",
                "{a:1}",
                "[1 2]",
                "1 2",
                "{} {}",
                "[",
                "]",
                "[}",
                "{]",
                "\"",
                "\"\\\"",
                "\"\t\"",
                "\"\\x\"",
                "'a'",
                "NaN",
                "//"
            })
    void anythingElseIsLeftToTheParser(String json) {
        assertThat(PlainJson.isValue(json.getBytes(UTF_8))).isFalse();
    }

    @Test
    void unusuallyDeepOrLongValuesAreLeftToTheParser() {
        assertThat(PlainJson.isValue(nested(64))).isTrue();
        assertThat(PlainJson.isValue(nested(65))).isFalse();
        assertThat(PlainJson.isValue("9".repeat(100).getBytes(UTF_8))).isTrue();
        assertThat(PlainJson.isValue("9".repeat(101).getBytes(UTF_8))).isFalse();
        assertThat(PlainJson.isValue(("{\"" + "n".repeat(1_000) + "\":1}").getBytes(UTF_8)))
                .isFalse();
        assertThatCode(() -> PayloadJson.requireValid(nested(65))).doesNotThrowAnyException();
    }

    private static byte[] nested(int depth) {
        return ("[".repeat(depth) + "]".repeat(depth)).getBytes(UTF_8);
    }

    @Property(tries = 20_000)
    void whatIsRecognizedTheParserAccepts(@ForAll("pieces") List<String> pieces) {
        byte[] json = String.join("", pieces).getBytes(UTF_8);
        if (PlainJson.isValue(json)) {
            assertThatCode(() -> PayloadJson.requireOneValue(json)).doesNotThrowAnyException();
        }
    }

    @Provide
    Arbitrary<List<String>> pieces() {
        return Arbitraries.of(
                        "{", "}", "[", "]", ",", ":", "\"", "\"a\"", "\"a\":", "\"b\":1", "{}", "[]", "0", "1", "-",
                        ".5", "e5", "E-", "true", "false", "null", " ", "\n", "\\", "\\n", "\\u0041", "\u00e9",
                        "\u0001")
                .list()
                .ofMaxSize(9);
    }

    /** An enqueue allocates the bytes of its payload, and no parser to check them. */
    @Test
    void checkingAUsualPayloadAllocatesNothing() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        PayloadCodec<String> codec = PayloadCodec.jsonText();
        int calls = 1_000;
        long bytes = 0;
        for (int call = 0; call < 2 * calls; call++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            byte[] json = codec.encode("{\"id\":17,\"lines\":[{\"count\":1},{\"count\":2}]}");
            if (call >= calls) {
                bytes += threads.getCurrentThreadAllocatedBytes() - before - json.length;
            }
        }

        assertThat(bytes / calls).isLessThan(200); // a parser has about 1,000
    }
}
