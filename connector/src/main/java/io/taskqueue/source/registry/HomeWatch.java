package io.taskqueue.source.registry;

import io.taskqueue.kafka.TopicReader;
import io.taskqueue.queue.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Notices that partitions were added to the event topic of the claims of a process. For one thread. */
final class HomeWatch {

    /** How often it looks. */
    static final Duration INTERVAL = Duration.ofSeconds(30);

    private static final Logger LOG = LoggerFactory.getLogger(HomeWatch.class);

    private final Ticker ticker;
    private int known;
    private long next;

    HomeWatch(Ticker ticker) {
        this.ticker = ticker;
        this.next = ticker.nanos();
    }

    /**
     * Looks, if it is time. What fails is repeated at the next time.
     *
     * @param claims those of the process, all with the same event topic
     */
    void check(TopicReader reader, Stream<Claim> claims) {
        if (ticker.nanos() - next < 0) {
            return;
        }
        next = ticker.nanos() + INTERVAL.toNanos();
        List<Claim> all =
                claims.filter(claim -> claim.home().isPresent()).limit(2).toList();
        if (!all.isEmpty()) {
            check(reader, all.get(0), all.size() > 1);
        }
    }

    private void check(TopicReader reader, Claim claim, boolean isOneOfMany) {
        Optional<Claim.Home> home = claim.home();
        String topic = home.map(Claim.Home::topic).orElseThrow();
        int counted = home.map(Claim.Home::partitions).orElseThrow();
        try {
            int now = reader.partitions(topic).size();
            if (now > Math.max(known, counted)) {
                LOG.warn(
                        "Partitions were added to topic {}: it has {} now. Queue {}{} stays in its partition, which is found"
                                + " by a count of {}; queues that are new use all partitions",
                        topic,
                        now,
                        claim.queueName(),
                        isOneOfMany ? ", as each queue of this process," : "",
                        counted);
                known = now;
            }
        } catch (KafkaException e) {
            LOG.debug("The partitions of topic {} cannot be read now", topic, e);
        }
    }
}
