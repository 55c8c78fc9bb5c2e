package io.taskqueue.source.registry;

import io.taskqueue.kafka.TopicReader;
import io.taskqueue.queue.Ticker;
import java.time.Duration;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Notices that partitions were added to the event topic of a claim. For one thread. */
final class HomeWatch {

    /** How often it looks. */
    static final Duration INTERVAL = Duration.ofSeconds(30);

    private static final Logger LOG = LoggerFactory.getLogger(HomeWatch.class);

    private final Claim own;
    private final Ticker ticker;
    private int known;
    private long next;

    HomeWatch(Claim own, Ticker ticker) {
        this.own = own;
        this.ticker = ticker;
        this.known = own.home().map(Claim.Home::partitions).orElse(0);
        this.next = ticker.nanos();
    }

    /** Looks, if it is time. What fails is repeated at the next time. */
    void check(TopicReader reader) {
        if (ticker.nanos() - next < 0) {
            return;
        }
        next = ticker.nanos() + INTERVAL.toNanos();
        own.home().ifPresent(home -> {
            try {
                int now = reader.partitions(home.topic()).size();
                if (now > known) {
                    LOG.warn(
                            "Partitions were added to topic {}: it has {} now. Queue {} stays in its partition, which is found"
                                    + " by a count of {}; queues that are new use all partitions",
                            home.topic(),
                            now,
                            own.queueName(),
                            home.partitions());
                    known = now;
                }
            } catch (KafkaException e) {
                LOG.debug("The partitions of topic {} cannot be read now", home.topic(), e);
            }
        });
    }
}
