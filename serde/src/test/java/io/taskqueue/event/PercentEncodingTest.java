package io.taskqueue.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class PercentEncodingTest {

    @Property
    void decodingReturnsWhatWasEncoded(@ForAll("texts") String text) {
        String encoded = PercentEncoding.encode(text);

        assertThat(encoded).matches("[A-Za-z0-9._~%-]*");
        assertThat(PercentEncoding.decode(encoded)).isEqualTo(text);
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.strings().ofMaxLength(30).filter(text -> text.codePoints()
                .noneMatch(character -> Character.getType(character) == Character.SURROGATE));
    }

    @Test
    void encodingFollowsRfc3986() {
        assertThat(PercentEncoding.encode("aZ09-._~")).isEqualTo("aZ09-._~");
        assertThat(PercentEncoding.encode("a/b c+d*e%f~é😀")).isEqualTo("a%2Fb%20c%2Bd%2Ae%25f~%C3%A9%F0%9F%98%80");
    }

    @Test
    void plusSignIsDecodedAsItself() {
        assertThat(PercentEncoding.decode("a+b")).isEqualTo("a+b");
    }

    @Test
    void malformedEscapeIsRejected() {
        assertThatIllegalArgumentException().isThrownBy(() -> PercentEncoding.decode("%2"));
        assertThatIllegalArgumentException().isThrownBy(() -> PercentEncoding.decode("%zz"));
    }
}
