package io.taskqueue.source.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.source.registry.RegistryKey.Kind;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class RegistryKeyTest {

    @Test
    void keyOfAClaimIsTheQueueNameAlone() {
        assertThat(RegistryKey.claim("Aufträge").bytes()).isEqualTo("Aufträge".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void keysOfOtherRecordsStartWithAByteThatNoQueueNameHas() {
        assertThat(hex(RegistryKey.mark("orders"))).isEqualTo("ff6d6f7264657273");
        assertThat(hex(RegistryKey.retryOrder("orders"))).isEqualTo("ff726f7264657273");
    }

    @Test
    void keyIsReadAsItWasMade() {
        for (String queue : new String[] {"orders", "m", "r", "Aufträge", "\u0000", "𝄞", "ÿm"}) {
            for (Kind kind : Kind.values()) {
                RegistryKey key = new RegistryKey(kind, queue);

                assertThat(RegistryKey.read(key.bytes())).contains(key);
            }
        }
    }

    @Test
    void keyOfAKindOfANewerVersionIsIgnored() {
        assertThat(RegistryKey.read(new byte[] {(byte) 0xFF, 'z', 'q'})).isEmpty();
    }

    @Test
    void keyThatNoVersionWritesIsRefusedWithTheReason() {
        assertRefused(null, "it has no key");
        assertRefused(new byte[0], "its key is not a queue name of 1 to 1024 bytes");
        assertRefused(new byte[] {(byte) 0xFF}, "its key ends after the first byte, 0xFF");
        assertRefused(new byte[] {'q', (byte) 0xC3}, "its key is not a queue name in UTF-8");
        assertRefused(new byte[] {(byte) 0xFF, 'm', (byte) 0x80}, "its key is not a queue name in UTF-8");
        assertRefused(new byte[] {(byte) 0xFF, 'm'}, "its key is not a queue name of 1 to 1024 bytes");
    }

    private static void assertRefused(byte[] key, String reason) {
        assertThatThrownBy(() -> RegistryKey.read(key))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(reason);
    }

    private static String hex(RegistryKey key) {
        return HexFormat.of().formatHex(key.bytes());
    }
}
