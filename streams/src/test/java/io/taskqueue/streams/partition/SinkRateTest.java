package io.taskqueue.streams.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.streams.execution.RateLimiter;
import io.taskqueue.streams.rate.RateLimit;
import io.taskqueue.streams.rate.RateOrder;
import io.taskqueue.streams.state.MemoryKeyValues;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SinkRateTest {

    private static final Instant NOON = Instant.parse("2026-11-01T12:00:00Z");
    private static final RateLimit CONFIGURED = RateLimit.perSecond(50);

    private final MemoryKeyValues first = new MemoryKeyValues();
    private final MemoryKeyValues second = new MemoryKeyValues();
    private final SinkRate rate = newRate();

    private static SinkRate newRate() {
        return new SinkRate("billing", CONFIGURED, new RateLimiter(CONFIGURED, () -> 0, (wait, work) -> {}, () -> 1));
    }

    private static RateOrder order(RateLimit limit, int seconds) {
        return new RateOrder(Optional.ofNullable(limit), "ann", NOON.plusSeconds(seconds));
    }

    private static RateLimit inForce(SinkRate rate) {
        return rate.limiter().limit();
    }

    @Test
    void newestOrderIsInForce() {
        assertThat(inForce(rate)).isEqualTo(CONFIGURED);
        rate.ordered(order(new RateLimit(10, 2), 1), first);
        assertThat(inForce(rate)).isEqualTo(new RateLimit(10, 2));
        rate.ordered(order(RateLimit.NONE, 2), first);
        rate.ordered(order(new RateLimit(10, 2), 1), second);
        assertThat(inForce(rate)).isEqualTo(RateLimit.NONE);
    }

    @Test
    void orderHoldsAfterARestartAndForWhoeverGetsThePartition() {
        rate.ordered(order(RateLimit.perKey(2), 1), first);
        rate.ordered(order(RateLimit.perSecond(7), 2), second);

        SinkRate next = newRate();
        next.load(new MemoryKeyValues());
        assertThat(inForce(next)).isEqualTo(CONFIGURED);
        next.load(second);
        next.load(first);
        assertThat(inForce(next)).isEqualTo(RateLimit.perSecond(7));
    }

    @Test
    void anAddedPartitionGetsTheOrderWithItsNextCommit() {
        rate.write(second);
        assertThat(second.get(RateOrder.KEY)).isNull();
        rate.ordered(order(RateLimit.perKey(2), 1), first);
        rate.write(second);

        SinkRate next = newRate();
        next.load(second);
        assertThat(inForce(next)).isEqualTo(RateLimit.perKey(2));
        rate.ordered(order(RateLimit.perKey(3), 2), first);
        rate.write(second);
        next.load(second);
        assertThat(inForce(next)).isEqualTo(RateLimit.perKey(3));
    }

    @Test
    void orderCanRestoreTheConfiguredLimit() {
        rate.ordered(order(RateLimit.perKey(2), 1), first);
        rate.ordered(order(null, 2), first);
        assertThat(inForce(rate)).isEqualTo(CONFIGURED);

        SinkRate next = newRate();
        next.load(first);
        assertThat(inForce(next)).isEqualTo(CONFIGURED);
    }

    @Test
    void orderThatIsReadAgainAfterAnotherOneChangesNothing() {
        rate.ordered(order(RateLimit.perKey(2), 1), first);
        rate.ordered(order(RateLimit.perKey(3), 2), first);
        rate.ordered(order(RateLimit.perKey(2), 1), first);
        assertThat(inForce(rate)).isEqualTo(RateLimit.perKey(3));

        SinkRate next = newRate();
        next.load(first);
        assertThat(inForce(next)).isEqualTo(RateLimit.perKey(3));
    }

    @Test
    void ordersAreRecordsOfTheControlTopic() throws Exception {
        RateOrder both = order(new RateLimit(100, 0.5), 0);
        assertThat(new String(both.json(), StandardCharsets.UTF_8))
                .isEqualTo(
                        "{\"command\":\"rate\",\"perSecond\":100.0,\"perKey\":0.5,\"by\":\"ann\",\"at\":\"2026-11-01T12:00:00Z\"}");
        for (RateLimit limit : new RateLimit[] {RateLimit.NONE, RateLimit.perKey(1), new RateLimit(100, 0.5), null}) {
            RateOrder order = order(limit, 3);
            assertThat(RateOrder.of(order.json())).isEqualTo(order);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"command\":\"rate\",\"perSecond\":0,\"at\":\"2026-11-01T12:00:00Z\"}",
                "{\"command\":\"rate\",\"perSecond\":\"fast\",\"at\":\"2026-11-01T12:00:00Z\"}",
                "{\"command\":\"rate\",\"perSecond\":1}"
            })
    void invalidOrderIsRefused(String record) {
        assertThatThrownBy(() -> RateOrder.of(record.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The command " + record
                        + " is not a rate limit that this version knows. Order it with `taskqueue rate`.");
    }
}
