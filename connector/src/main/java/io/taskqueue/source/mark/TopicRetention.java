package io.taskqueue.source.mark;

import io.taskqueue.kafka.TopicAdmin;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthorizationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How long a topic keeps the events of a partition, by its configuration and the size of the partition.
 *
 * <p>{@code retention.ms} is taken as it is. {@code retention.bytes} is translated into offsets: the size of the partition on its leader,
 * divided by the offsets that it holds, is the size of a record. So the records of all queues that share the partition are counted, and
 * compressed as they are; records are taken to be of about the same size in the older and the newer half.
 */
public final class TopicRetention {

    private static final Logger LOG = LoggerFactory.getLogger(TopicRetention.class);

    /**
     * Half of what is kept.
     *
     * @param age an event that is older will be removed within as long again; empty if the topic keeps events regardless of their age
     * @param offset an event before it has more than half of {@code retention.bytes} behind it; empty if the topic keeps events regardless of
     *     their size, or if the size cannot be read
     */
    public record Half(Optional<Duration> age, OptionalLong offset) {}

    private final TopicPartition partition;
    private boolean isRefusalLogged;

    public TopicRetention(TopicPartition partition) {
        this.partition = partition;
    }

    /**
     * Reads the configuration and, if it limits the size, the size of the partition.
     *
     * @throws KafkaException if the cluster does not answer
     */
    public Half read(TopicAdmin admin) throws InterruptedException {
        Config config = admin.config(partition.topic());
        long millis = number(config, TopicConfig.RETENTION_MS_CONFIG);
        long bytes = number(config, TopicConfig.RETENTION_BYTES_CONFIG);
        return new Half(
                millis < 0 ? Optional.empty() : Optional.of(Duration.ofMillis(millis / 2)),
                bytes < 0 ? OptionalLong.empty() : halfOf(bytes, admin));
    }

    private OptionalLong halfOf(long retained, TopicAdmin admin) throws InterruptedException {
        long beginning = offset(admin, OffsetSpec.earliest());
        long end = offset(admin, OffsetSpec.latest());
        try {
            long size = admin.sizeOnLeader(partition);
            return halfOf(retained, size, beginning, end);
        } catch (AuthorizationException e) {
            if (!isRefusalLogged) {
                isRefusalLogged = true;
                LOG.warn(
                        "Topic {} keeps {} bytes of each partition, but the size of partition {} may not be read: {} Live tasks are"
                                + " protected against retention.ms only, and may be lost. Allow Describe on the cluster, or set"
                                + " retention.bytes=-1.",
                        partition.topic(),
                        retained,
                        partition.partition(),
                        e.getMessage());
            }
            return OptionalLong.empty();
        }
    }

    /** The first offset that has no more than half of the bytes behind it. */
    static OptionalLong halfOf(long retained, long size, long beginning, long end) {
        if (size <= 0 || end <= beginning) {
            return OptionalLong.empty();
        }
        double bytesPerOffset = (double) size / (end - beginning);
        return OptionalLong.of(Math.max(beginning, end - (long) (retained / (2 * bytesPerOffset))));
    }

    private long offset(TopicAdmin admin, OffsetSpec spec) throws InterruptedException {
        Map<TopicPartition, Long> offsets = admin.offsets(List.of(partition), spec);
        return Objects.requireNonNull(offsets.get(partition));
    }

    private static long number(Config config, String name) {
        ConfigEntry entry = config.get(name);
        return entry == null || entry.value() == null ? -1 : Long.parseLong(entry.value());
    }
}
