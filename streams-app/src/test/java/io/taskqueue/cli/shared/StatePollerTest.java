package io.taskqueue.cli.shared;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class StatePollerTest {

    private final AtomicLong nanos = new AtomicLong();
    private final AtomicInteger reads = new AtomicInteger();
    private final StatePoller poller = new StatePoller(nanos::get);

    @Test
    void expectedStateIsReturnedAsSoonAsItIsRead() throws Exception {
        int state = poller.poll(reads::incrementAndGet, read -> read == 2, Duration.ofMinutes(1));

        assertThat(state).isEqualTo(2);
    }

    @Test
    void latestStateIsReturnedWhenTheTimeoutOfTheTickerHasPassed() throws Exception {
        int state = poller.poll(
                () -> {
                    nanos.addAndGet(Duration.ofSeconds(30).toNanos());
                    return reads.incrementAndGet();
                },
                read -> false,
                Duration.ofMinutes(1));

        assertThat(state).isEqualTo(2);
    }

    @Test
    void stateIsReadOnceWithoutATimeout() throws Exception {
        assertThat(poller.<Integer>poll(reads::incrementAndGet, read -> false, Duration.ZERO))
                .isEqualTo(1);
    }
}
