package io.taskqueue.streams.admin;

import io.taskqueue.kafka.TopicOffsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/**
 * How a replay would move the committed offset of one partition of the event topic.
 *
 * @param from the committed offset, or the start of the log where nothing is committed
 * @param to the offset to commit; never greater than {@code from}
 * @param events the number of offsets between the two
 */
public record ReplayMove(int partition, long from, long to, long events) {

    /** Where a replay starts, as an offset of each partition; -1 for the end of a partition. */
    @FunctionalInterface
    public interface Target {

        Map<TopicPartition, Long> offsets(TopicOffsets topic) throws InterruptedException;

        static Target earliest() {
            return topic -> topic.offsets(OffsetSpec.earliest());
        }

        static Target offset(long offset) {
            return topic ->
                    topic.partitions().stream().collect(Collectors.toMap(Function.identity(), partition -> offset));
        }

        /** The first record at or after a time; the end of a partition that has none. */
        static Target time(Instant time) {
            return topic -> topic.offsets(OffsetSpec.forTimestamp(time.toEpochMilli()));
        }
    }

    /** The moves of all partitions, in their order. Changes nothing. */
    public static List<ReplayMove> all(TopicOffsets topic, String sink, Target target) throws InterruptedException {
        Map<TopicPartition, Long> committed = topic.committed(sink);
        Map<TopicPartition, Long> earliest = topic.offsets(OffsetSpec.earliest());
        Map<TopicPartition, Long> latest = topic.offsets(OffsetSpec.latest());
        Map<TopicPartition, Long> wanted = target.offsets(topic);
        List<ReplayMove> moves = new ArrayList<>();
        for (TopicPartition partition : topic.partitions()) {
            long low = earliest.getOrDefault(partition, 0L);
            long high = latest.getOrDefault(partition, 0L);
            long asked = wanted.getOrDefault(partition, -1L);
            long to = asked < 0 ? high : Math.max(low, Math.min(asked, high));
            // a replay only goes back: forward, it would skip records that were never read
            long from = committed.getOrDefault(partition, low);
            moves.add(new ReplayMove(partition.partition(), from, Math.min(to, from), from - Math.min(to, from)));
        }
        return List.copyOf(moves);
    }
}
