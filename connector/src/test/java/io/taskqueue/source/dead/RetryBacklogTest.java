package io.taskqueue.source.dead;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.event.Position;
import io.taskqueue.event.TaskId;
import io.taskqueue.source.registry.RegistryKey;
import io.taskqueue.source.registry.RegistryRecord;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RetryBacklogTest {

    private static final Instant AT = Instant.parse("2026-11-01T10:00:00Z");

    private final RetryBacklog backlog = new RetryBacklog("orders");
    private long offset;

    private static UUID id(int number) {
        return new UUID(0, number);
    }

    private static byte[] order(int number) {
        return RetryJson.of(new RetryOrder(
                id(number),
                "orders",
                new RetryOrder.ReadUpTo("events", 0, 900, new Position(7, 99)),
                List.of(new RetryOrder.OrderedTask(new TaskId("orders", 7, 1), new Position(7, 12), 800)),
                "anna",
                AT));
    }

    private static byte[] result(int number) {
        return RetryJson.of(new RetryResult(id(number), "orders", "dispatcher-a", 7, AT, List.of()));
    }

    private void take(int number, byte @Nullable [] value) {
        take(RegistryKey.retryOrder("orders", id(number)), value);
    }

    private void take(RegistryKey key, byte @Nullable [] value) {
        backlog.take(new RegistryRecord(key, offset++, AT, value));
    }

    @Test
    void anOrderWaitsUntilItsResultIsThere() {
        take(1, order(1));
        take(2, order(2));
        assertThat(backlog.first()).map(RetryOrder::id).contains(id(1));

        take(1, result(1));

        assertThat(backlog.first()).map(RetryOrder::id).contains(id(2));
        assertThat(backlog.result(id(1))).isPresent();
        take(2, null);
        assertThat(backlog.first()).isEmpty();
    }

    @Test
    void recordsOfOtherQueuesAndKindsAreIgnored() {
        take(RegistryKey.retryOrder("other", id(1)), order(1));
        take(RegistryKey.mark("orders"), order(1));

        assertThat(backlog.size()).isZero();
    }

    @Test
    void aRecordThatIsNeitherOrderNorResultIsSkipped() {
        take(1, "{}".getBytes(StandardCharsets.UTF_8));
        take(2, order(2));

        assertThat(backlog.size()).isEqualTo(1);
    }

    @Test
    void furtherOrdersAreReadAgainOnceThoseThatAreKeptAreExecuted() {
        IntStream.rangeClosed(1, RetryBacklog.MAX_ORDERS + 2).forEach(number -> take(number, order(number)));
        assertThat(backlog.size()).isEqualTo(RetryBacklog.MAX_ORDERS + 2);
        take(RetryBacklog.MAX_ORDERS + 1, result(RetryBacklog.MAX_ORDERS + 1));
        IntStream.rangeClosed(1, RetryBacklog.MAX_ORDERS).forEach(number -> backlog.remove(id(number)));
        assertThat(backlog.first()).isEmpty();
        assertThat(backlog.size()).isEqualTo(1);

        assertThat(backlog.takeNotKept()).isTrue();

        assertThat(backlog.takeNotKept()).isFalse();
        assertThat(backlog.size()).isZero();
        take(RetryBacklog.MAX_ORDERS + 2, order(RetryBacklog.MAX_ORDERS + 2));
        assertThat(backlog.first()).map(RetryOrder::id).contains(id(RetryBacklog.MAX_ORDERS + 2));
    }

    @Test
    void onlyTheNewestResultsAreKept() {
        IntStream.rangeClosed(1, RetryResult.KEPT + 2).forEach(number -> take(number, result(number)));

        assertThat(backlog.result(id(2))).isEmpty();
        assertThat(backlog.result(id(3))).isPresent();
        assertThat(backlog.takeSurplus()).containsExactly(id(1), id(2));
        assertThat(backlog.takeSurplus()).isEmpty();
    }
}
