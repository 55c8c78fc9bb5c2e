package io.taskqueue.sink;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class QueueFilterTest {

    private final QueueFilter filter = QueueFilter.of(List.of("mail", "orders-*", "*.x"));

    @Test
    void namesAreExactAndAStarAtTheEndStandsForAnyEnd() {
        assertThat(List.of("mail", "orders-", "orders-eu", "*.x")).allMatch(filter::accepts);
        assertThat(List.of("mails", "orders", "Mail", "a.x", "*")).noneMatch(filter::accepts);
        assertThat(QueueFilter.of(List.of("*")).accepts("any")).isTrue();
    }

    @Test
    void aRecordIsAcceptedByItsKey() {
        assertThat(filter.acceptsKey("mail".getBytes(UTF_8))).isTrue();
        assertThat(filter.acceptsKey("billing".getBytes(UTF_8))).isFalse();
        assertThat(filter.acceptsKey(null)).isTrue();
        assertThat(QueueFilter.ALL.acceptsKey("billing".getBytes(UTF_8))).isTrue();
        assertThat(QueueFilter.ALL.accepts("billing")).isTrue();
    }

    @Test
    void whatCannotBeAQueueIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> QueueFilter.of(List.of()))
                .withMessage(
                        "A sink needs a queue to apply, but none was named. Name one, such as orders or orders-*, or"
                                + " leave the setting out to apply all.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> QueueFilter.of(List.of("mail", "")))
                .withMessageContaining("queue name");
    }
}
