package io.taskqueue.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.event.Position;
import org.junit.jupiter.api.Test;

class EffectKeyTest {

    private static EffectKey key(String sink, int generation, String queue, String effect) {
        return new EffectKey(sink, generation, queue, new Position(3, 7), effect);
    }

    @Test
    void textHasAllPartsWithTheNamesEncoded() {
        assertThat(key("billing", 2, "a/b", "charge é")).hasToString("billing/2/a%2Fb/3/7/charge%20%C3%A9");
    }

    @Test
    void namesOfAnyLengthAreAllowedForSinkAndEffect() {
        assertThat(key("s".repeat(5_000), 0, "orders", "e".repeat(5_000)).effect())
                .hasSize(5_000);
    }

    @Test
    void invalidPartsAreRefused() {
        assertThatThrownBy(() -> key("", 0, "orders", "charge"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The sink name is empty. Use a name such as \"billing\".");
        assertThatThrownBy(() -> key("billing", 0, "orders", ""))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The effect name is empty. Use a name such as \"charge\".");
        assertThatThrownBy(() -> key("billing", 0, "orders", "a\uDE00"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cannot be encoded as UTF-8");
        assertThatThrownBy(() -> key("billing", -1, "orders", "charge"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The generation of an effect key is at least 0, but -1 was given.");
    }
}
