package io.taskqueue.source.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.source.registry.RegistryKey.Kind;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class RegistryKeyTest {

    private static final UUID ORDER = UUID.fromString("0192d1c4-3b6a-7c1e-9f00-000000000001");

    @Test
    void keyOfAClaimIsTheQueueNameAlone() {
        assertThat(RegistryKey.claim("Aufträge").bytes()).isEqualTo("Aufträge".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void keysOfOtherRecordsStartWithAByteThatNoQueueNameHas() {
        assertThat(hex(RegistryKey.mark("orders"))).isEqualTo("ff6d6f7264657273");
        assertThat(hex(RegistryKey.retryOrder("orders", ORDER)))
                .isEqualTo("ff726f7264657273ff"
                        + HexFormat.of().formatHex(ORDER.toString().getBytes(StandardCharsets.US_ASCII)));
    }

    @Test
    void keyIsReadAsItWasMade() {
        for (String queue : new String[] {"orders", "m", "r", "Aufträge", "\u0000", "𝄞", "ÿm"}) {
            for (RegistryKey key : new RegistryKey[] {
                RegistryKey.claim(queue), RegistryKey.mark(queue), RegistryKey.retryOrder(queue, ORDER)
            }) {
                assertThat(RegistryKey.read(key.bytes())).contains(key);
            }
        }
    }

    @Test
    void onlyARetryOrderHasAnIdOfItsOwn() {
        assertThatThrownBy(() -> new RegistryKey(Kind.MARK, "q", Optional.of(ORDER)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("A key of kind MARK of queue q has " + ORDER
                        + ", but a retry order has an id, and nothing else" + " has.");
        assertThatThrownBy(() -> new RegistryKey(Kind.RETRY_ORDER, "q", Optional.empty()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "A key of kind RETRY_ORDER of queue q has no id, but a retry order has an id, and nothing else has.");
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
        assertRefused(new byte[] {(byte) 0xFF, 'r', 'q'}, "its key does not end with the id of an order");
        assertRefused(new byte[] {(byte) 0xFF, 'r', 'q', (byte) 0xFF}, "its key does not end with the id of an order");
        assertRefused(
                new byte[] {(byte) 0xFF, 'r', 'q', (byte) 0xFF, '1'}, "its key does not end with the id of an order");
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
