package io.taskqueue.streams.partition;

import io.taskqueue.streams.execution.RateLimiter;
import io.taskqueue.streams.rate.RateLimit;
import io.taskqueue.streams.rate.RateOrder;
import io.taskqueue.streams.state.KeyValues;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The rate limit in force: the newest order of the partitions that this instance has had, or what was configured. Thread-safe. */
public final class SinkRate {

    private static final Logger LOG = LoggerFactory.getLogger(SinkRate.class);

    private final String sink;
    private final RateLimit configured;
    private final RateLimiter limiter;
    private volatile @Nullable RateOrder newest;

    public SinkRate(String sink, RateLimit configured, RateLimiter limiter) {
        this.sink = sink;
        this.configured = configured;
        this.limiter = limiter;
    }

    /** What keeps the limit. */
    public RateLimiter limiter() {
        return limiter;
    }

    /** Puts the order in force that is stored with a partition, if there is one that is newer than the one in force. */
    public void load(KeyValues store) {
        byte[] stored = store.get(RateOrder.KEY);
        if (stored != null) {
            adopt(RateOrder.ofStored(stored));
        }
    }

    /** An operator ordered a limit: stores it with a partition, unless a newer one is stored there, and puts it in force. */
    public void ordered(RateOrder order, KeyValues store) {
        store(order, store);
        adopt(order);
    }

    /**
     * Stores the order in force with a partition that has an older one or none, because it was added after the order was given. To be called
     * before each commit of the partition.
     */
    void write(KeyValues store) {
        RateOrder order = newest;
        if (order != null) {
            store(order, store);
        }
    }

    private static void store(RateOrder order, KeyValues store) {
        byte[] stored = store.get(RateOrder.KEY);
        if (stored == null || RateOrder.ofStored(stored).at().isBefore(order.at())) {
            store.put(RateOrder.KEY, order.stored());
        }
    }

    private synchronized void adopt(RateOrder order) {
        RateOrder before = newest;
        if (before != null && !order.at().isAfter(before.at())) {
            return; // the same order in another partition, or one that was replaced
        }
        newest = order;
        RateLimit limit = order.limit().orElse(configured);
        limiter.set(limit);
        LOG.info(
                "Sink {}: the rate limit is {} now, as ordered at {}{}{}",
                sink,
                limit,
                order.at(),
                order.by().isEmpty() ? "" : " by ",
                order.by());
    }
}
