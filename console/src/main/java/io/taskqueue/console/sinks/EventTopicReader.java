package io.taskqueue.console.sinks;

import io.taskqueue.console.overview.RateMeter;
import io.taskqueue.kafka.TopicOffsets;
import io.taskqueue.kafka.TopicOffsets.Unconsumed;
import io.taskqueue.kafka.TopicReader;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthorizationException;
import org.jspecify.annotations.Nullable;

/** The ends of the event topic, how fast they move, and the first records that groups have not read. For the thread of the index. */
final class EventTopicReader implements AutoCloseable {

    private final Map<String, Object> kafka;
    private final Duration timeout;
    private final RateMeter produced = new RateMeter();
    private final Map<String, Seen> seen = new HashMap<>();
    private Map<TopicPartition, Long> earliest = Map.of();
    private Map<TopicPartition, Long> ends = Map.of();
    private volatile @Nullable TopicReader reader;

    /** What a group had not read, and from which offsets that follows. */
    private record Seen(
            Map<TopicPartition, Long> committed,
            Map<TopicPartition, Long> ends,
            Map<TopicPartition, Unconsumed> unconsumed) {}

    EventTopicReader(Map<String, Object> kafka, Duration timeout) {
        this.kafka = new HashMap<>(kafka);
        // only the first record of each fetch is needed; Kafka returns at least one batch
        this.kafka.put("consumer." + ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 1);
        this.timeout = timeout;
    }

    /** Asks for the ends of the topic. */
    void measure(TopicOffsets topic, long nanos) throws InterruptedException {
        earliest = topic.offsets(OffsetSpec.earliest());
        ends = topic.readableEnds();
        produced.measure(
                nanos, ends.values().stream().mapToLong(Long::longValue).sum());
    }

    /** Records a second that are written. */
    double producedPerSecond() {
        return produced.perSecond();
    }

    /** What a group has not read; null if the topic may not be read. */
    @Nullable
    Map<TopicPartition, Unconsumed> unconsumed(String group, Map<TopicPartition, Long> committed) {
        Seen before = seen.get(group);
        if (before != null
                && before.committed().equals(committed)
                && before.ends().equals(ends)) {
            return before.unconsumed();
        }
        try {
            TopicReader open = reader;
            if (open == null) {
                open = TopicReader.open(kafka, IsolationLevel.READ_COMMITTED, timeout);
                reader = open;
            }
            Map<TopicPartition, Unconsumed> found = TopicOffsets.unconsumed(open, committed, earliest, ends);
            seen.put(group, new Seen(Map.copyOf(committed), ends, found));
            return found;
        } catch (AuthorizationException denied) {
            return null;
        }
    }

    /** Forgets groups that are not among these. */
    void retain(List<String> groups) {
        seen.keySet().retainAll(groups);
    }

    /** Ends what the reading thread waits for. */
    void wakeup() {
        TopicReader open = reader;
        if (open != null) {
            open.wakeup();
        }
    }

    /** Closes the reader; the next call opens another one. */
    @Override
    public void close() {
        TopicReader open = reader;
        reader = null;
        if (open != null) {
            open.close();
        }
    }
}
