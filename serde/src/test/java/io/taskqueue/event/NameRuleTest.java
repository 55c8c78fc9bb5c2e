package io.taskqueue.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NameRuleTest {

    @ParameterizedTest
    @ValueSource(strings = {" ", "a/b", "\"quoted\"", "é 😀", "\u0000", "..", "a\nb"})
    void anyTextIsAValidQueueName(String name) {
        assertThat(QueueName.require(name)).isEqualTo(name);
    }

    @Test
    void emptyQueueNameIsRejected() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> QueueName.require(""))
                .withMessage("The queue name is empty. Use a name such as \"orders\".");
    }

    @Test
    void queueNameWithAnUnpairedSurrogateIsRejected() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> QueueName.require("a\uDE00"))
                .withMessage("The queue name cannot be encoded as UTF-8: it contains an unpaired surrogate. "
                        + "Use complete characters.");
    }

    @Test
    void queueNameIsBoundedInBytes() {
        assertThat(QueueName.require("é".repeat(512))).hasSize(512);
        assertThat(QueueName.require("a".repeat(1024))).hasSize(1024);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> QueueName.require("é".repeat(513)))
                .withMessage("The queue name has 513 characters and is longer than 1024 bytes of UTF-8. "
                        + "Use a shorter name.");
        assertThatIllegalArgumentException().isThrownBy(() -> QueueName.require("a".repeat(1025)));
    }

    @Test
    void peerNamesFollowTheSameRule() {
        Position position = new Position(1, 1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SourceMetadata(position, "", null, Instant.EPOCH))
                .withMessage("The source peer name is empty. Use a name such as \"dispatcher-a\".");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SourceMetadata(position, "a", "\uD83D", Instant.EPOCH))
                .withMessageStartingWith("The owner peer name cannot be encoded as UTF-8");
    }

    @Test
    void nameOfAnyLengthIsStillCheckedForContent() {
        String name = "é".repeat(2_000);
        assertThat(NameRule.requireAnyLength("effect name", "charge", name)).isEqualTo(name);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NameRule.requireAnyLength("effect name", "charge", ""))
                .withMessage("The effect name is empty. Use a name such as \"charge\".");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NameRule.requireAnyLength("effect name", "charge", "\uD83D"));
    }
}
