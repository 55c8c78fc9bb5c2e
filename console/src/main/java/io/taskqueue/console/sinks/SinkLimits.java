package io.taskqueue.console.sinks;

import io.taskqueue.console.model.SinkLimit;
import io.taskqueue.streams.instances.SinkInstance;
import io.taskqueue.streams.rate.RateLimit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rate limit of a sink, from the reports of its instances. */
public final class SinkLimits {

    private SinkLimits() {}

    /**
     * The limit that running instances report; null if none does. For the time that an order of an operator takes to reach all
     * partitions, they may differ: the newest report decides.
     *
     * @param running the reports of the running instances, the newest first
     */
    public static @Nullable SinkLimit of(List<SinkInstance> running) {
        return running.stream()
                .flatMap(report -> report.load().limit().stream())
                .findFirst()
                .map(limit -> new SinkLimit(
                        calls(limit.perSecond()),
                        calls(limit.perKey()),
                        running.stream()
                                .mapToLong(report -> report.load().waiting())
                                .sum(),
                        limit.toString()))
                .orElse(null);
    }

    private static @Nullable Double calls(double rate) {
        return rate == RateLimit.UNLIMITED ? null : (Double) rate;
    }
}
