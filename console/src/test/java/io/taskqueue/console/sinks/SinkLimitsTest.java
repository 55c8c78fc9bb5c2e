package io.taskqueue.console.sinks;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.console.model.SinkLimit;
import io.taskqueue.streams.instances.SinkInstance;
import io.taskqueue.streams.rate.RateLimit;
import io.taskqueue.streams.status.EffectCounts;
import io.taskqueue.streams.status.EffectLatency;
import io.taskqueue.streams.status.SinkHealth;
import io.taskqueue.streams.status.SinkLoad;
import io.taskqueue.streams.status.SinkState;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SinkLimitsTest {

    private static final Instant AT = Instant.parse("2026-11-23T09:30:00Z");

    private static SinkInstance reporting(SinkLoad load) {
        return new SinkInstance(
                new SinkInstance.Identity("i", "host", "1", AT),
                AT,
                SinkState.RUNNING,
                SinkHealth.GOOD,
                load,
                new EffectCounts(0, 0, 0, 0, 0, 0),
                new EffectLatency(List.of(), List.of(0L)));
    }

    private static SinkLoad limited(RateLimit limit, long waiting) {
        return new SinkLoad(9, waiting, Optional.of(limit));
    }

    @Test
    void theNewestReportDecidesAndWhatWaitsIsSummed() {
        assertThat(SinkLimits.of(List.of(
                        reporting(new SinkLoad(1, 0, Optional.empty())),
                        reporting(limited(new RateLimit(100, 2.5), 3)),
                        reporting(limited(RateLimit.NONE, 4)))))
                .isEqualTo(new SinkLimit(100.0, 2.5, 7, "100 calls/s, 2.5 calls/s of a peer"));
    }

    @Test
    void noLimitIsNullAndAnUnknownOneIsNothing() {
        assertThat(SinkLimits.of(List.of(reporting(SinkLoad.unlimited(5)))))
                .isEqualTo(new SinkLimit(null, null, 0, "unlimited"));
        assertThat(SinkLimits.of(List.of(reporting(new SinkLoad(5, 0, Optional.empty())))))
                .isNull();
        assertThat(SinkLimits.of(List.of())).isNull();
    }
}
