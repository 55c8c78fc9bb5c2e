package io.taskqueue.source.mark;

import io.taskqueue.kafka.TopicAdmin;
import io.taskqueue.queue.Ticker;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a topic keeps, read again every few minutes: every {@value #MINUTES}, or every minute where the size of the partition counts,
 * because it changes. For one thread.
 */
public final class RetentionReadings implements Supplier<Optional<TopicRetention.Half>> {

    static final int MINUTES = 5;

    private static final Logger LOG = LoggerFactory.getLogger(RetentionReadings.class);

    private final TopicRetention retention;
    private final Supplier<TopicAdmin> admins;
    private final Ticker ticker;
    private TopicRetention.@Nullable Half known;
    private long nextNanos;

    /** @param admins opens a client, which is closed after each reading */
    public RetentionReadings(TopicRetention retention, Supplier<TopicAdmin> admins, Ticker ticker) {
        this.retention = retention;
        this.admins = admins;
        this.ticker = ticker;
        this.nextNanos = ticker.nanos();
    }

    /** The newest reading; empty before the first one succeeded. An interruption ends a reading, and the thread stays interrupted. */
    @Override
    public Optional<TopicRetention.Half> get() {
        if (ticker.nanos() - nextNanos >= 0) {
            try (TopicAdmin admin = admins.get()) {
                known = retention.read(admin);
            } catch (KafkaException e) {
                LOG.debug("What the event topic keeps cannot be read now", e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            boolean bySize = known != null && known.offset().isPresent();
            nextNanos =
                    ticker.nanos() + Duration.ofMinutes(bySize ? 1 : MINUTES).toNanos();
        }
        return Optional.ofNullable(known);
    }
}
