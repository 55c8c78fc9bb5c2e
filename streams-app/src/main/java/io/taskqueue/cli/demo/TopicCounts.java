package io.taskqueue.cli.demo;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.Position;
import io.taskqueue.kafka.TopicOffsets;
import io.taskqueue.serde.EventHeaders;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.OffsetSpec;

/**
 * The task events in Kafka, read from the topic: each position counted once, without SourceStarted.
 *
 * @param byEpoch how many of each kind, by the epoch of the source that wrote them
 */
record TopicCounts(NavigableMap<Long, Map<EventKind, Long>> byEpoch) {

    /** Reads the whole topic. */
    static TopicCounts read(TopicOffsets topic, Map<String, Object> kafka) throws InterruptedException {
        NavigableMap<Long, Map<EventKind, Long>> byEpoch = new TreeMap<>();
        Set<Position> seen = new HashSet<>();
        topic.read(kafka, topic.offsets(OffsetSpec.earliest()), record -> EventHeaders.read(record.headers())
                .filter(event -> seen.add(event.position()))
                .ifPresent(event -> {
                    Map<EventKind, Long> kinds =
                            byEpoch.computeIfAbsent(event.position().epoch(), epoch -> new EnumMap<>(EventKind.class));
                    event.kind()
                            .filter(kind -> kind != EventKind.SOURCE_STARTED)
                            .ifPresent(kind -> kinds.merge(kind, 1L, Long::sum));
                }));
        return new TopicCounts(byEpoch);
    }

    /** Of the sources before an epoch. */
    TopicCounts before(long epoch) {
        return new TopicCounts(byEpoch.headMap(epoch, false));
    }

    /** Of the sources from an epoch on. */
    TopicCounts from(long epoch) {
        return new TopicCounts(byEpoch.tailMap(epoch, true));
    }

    /** The number of all events. */
    long total() {
        return byName().values().stream().mapToLong(Long::longValue).sum();
    }

    /** Tasks that were enqueued and had neither ended nor been drained after these events. */
    long live() {
        return of(EventKind.ENQUEUED) - of(EventKind.COMPLETED) - of(EventKind.DEAD_LETTERED) - of(EventKind.DRAINED);
    }

    /** The numbers by the names of the kinds in the wire format, without kinds that did not occur. */
    Map<String, Long> byName() {
        Map<String, Long> named = new TreeMap<>();
        byEpoch.values()
                .forEach(kinds -> kinds.forEach((kind, count) -> named.merge(kind.wireName(), count, Long::sum)));
        return named;
    }

    private long of(EventKind kind) {
        return byEpoch.values().stream()
                .mapToLong(kinds -> kinds.getOrDefault(kind, 0L))
                .sum();
    }
}
