package io.taskqueue.cli.status;

import io.taskqueue.console.overview.QueueHeads;
import io.taskqueue.console.overview.RateMeter;
import io.taskqueue.event.Position;
import io.taskqueue.kafka.TopicReader;
import io.taskqueue.queue.Ticker;
import io.taskqueue.serde.EventHeaders;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;

/**
 * The newest event of each queue, found at the end of the event topic, and how many are written a second; only the headers of the records are
 * decoded. Queues whose newest event lies before the records that were read are missing. {@link #read} is for one thread.
 */
final class NewestQueueEvents implements QueueHeads {

    /** The number of records at the end of each partition that are read first. */
    static final int DEPTH = 10_000;

    /** The newest event of a queue. */
    record NewestEvent(Position position, Instant at) {}

    /** What was read of a queue. */
    private static final class Read {

        private final RateMeter rate = new RateMeter();
        private final int partition;
        private NewestEvent newest;
        private long events;

        private Read(NewestEvent first, int partition) {
            this.newest = first;
            this.partition = partition;
        }

        private void add(NewestEvent event) {
            if (event.position().compareTo(newest.position()) > 0) {
                newest = event;
                events++;
            }
        }
    }

    private final String topic;
    private final Ticker ticker;
    private final Map<String, Read> queues = new TreeMap<>();
    private Map<TopicPartition, Long> next = Map.of();
    private volatile List<Head> heads = List.of();

    NewestQueueEvents(String topic, Ticker ticker) {
        this.topic = topic;
        this.ticker = ticker;
    }

    /** Reads the newest records, and later those that were written since the last call. */
    void read(TopicReader reader) {
        List<TopicPartition> partitions = reader.partitions(topic);
        Map<TopicPartition, Long> from = new HashMap<>(reader.beforeEnd(partitions, DEPTH));
        Map<TopicPartition, Long> ends = reader.ends(partitions);
        if (next.entrySet().stream().anyMatch(read -> ends.getOrDefault(read.getKey(), 0L) < read.getValue())) {
            next = Map.of(); // the topic was deleted, perhaps to be created again: what was read is of another one
            queues.clear();
        }
        next.forEach((partition, offset) -> from.merge(partition, offset, Math::max));
        try {
            reader.seek(from);
            reader.readTo(ends, this::add);
            Map<TopicPartition, Long> positions = new HashMap<>();
            partitions.forEach(partition -> positions.put(partition, reader.position(partition)));
            next = positions;
        } catch (OffsetOutOfRangeException e) {
            next = Map.of(); // its retention was faster: the next call begins again
        }
        long nanos = ticker.nanos();
        List<Head> now = new ArrayList<>();
        queues.forEach((queue, read) -> {
            read.rate.measure(nanos, read.events);
            now.add(new Head(queue, read.partition, read.newest.position(), read.newest.at(), read.rate.perSecond()));
        });
        heads = List.copyOf(now);
    }

    private void add(ConsumerRecord<byte[], byte[]> record) {
        EventHeaders.read(record.headers()).ifPresent(headers -> {
            NewestEvent event = new NewestEvent(headers.position(), Instant.ofEpochMilli(record.timestamp()));
            queues.computeIfAbsent(headers.queueName(), queue -> new Read(event, record.partition()))
                    .add(event);
        });
    }

    @Override
    public List<Head> heads() {
        return heads;
    }

    @Override
    public boolean current() {
        return true;
    }

    /** The newest events by queue. */
    Map<String, NewestEvent> byQueue() {
        Map<String, NewestEvent> newest = new HashMap<>();
        queues.forEach((queue, read) -> newest.put(queue, read.newest));
        return newest;
    }
}
