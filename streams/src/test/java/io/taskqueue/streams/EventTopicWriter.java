package io.taskqueue.streams;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.OwnershipToken;
import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.SourceMetadata;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.event.TaskId;
import io.taskqueue.serde.EventHeaders;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.serde.ReplicationEventCodec;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/** Writes what one instance of a source would write, straight to the topic. */
public final class EventTopicWriter {

    private static final ReplicationEventCodec<String> CODEC = new ReplicationEventCodec<>(PayloadCodec.utf8());
    private static final Instant THEN = Instant.parse("2026-01-02T03:04:05Z");

    private final SinkTestCluster cluster;
    private final String queue;
    private final long epoch;
    private final UUID instance;
    private long sequence;
    private @Nullable Long timestamp;

    EventTopicWriter(SinkTestCluster cluster, String queue, long epoch, UUID instance) {
        this.cluster = cluster;
        this.queue = queue;
        this.epoch = epoch;
        this.instance = instance;
    }

    /** Sets the timestamp of the next records. */
    public EventTopicWriter stamped(long time) {
        timestamp = time;
        return this;
    }

    /** Opens the epoch. */
    public EventTopicWriter open() throws Exception {
        SourceMetadata metadata = new SourceMetadata(new Position(epoch, 0), "test", null, THEN);
        send(ReplicationEvent.sourceStarted(queue, metadata, instance));
        return this;
    }

    /** Three events of each of a number of tasks, the tasks' events interleaved. */
    public void tasks(int from, int to) throws Exception {
        for (EventKind kind : new EventKind[] {EventKind.ENQUEUED, EventKind.LEASE_GRANTED, EventKind.COMPLETED}) {
            for (int task = from; task < to; task++) {
                next(kind, task);
            }
        }
    }

    public void next(EventKind kind, int task) throws Exception {
        sequence++;
        send(event(kind, task, sequence));
    }

    /** An event at a given position, such as one sent twice or out of order. */
    public void at(long position, EventKind kind, int task) throws Exception {
        send(event(kind, task, position));
    }

    public void skip(int events) {
        sequence += events;
    }

    /** A record in place of the next event, whose value cannot be decoded, with or without the headers of an event. */
    public void undecodable(boolean headers, byte[] key) throws Exception {
        Headers written = new RecordHeaders();
        if (headers) {
            sequence++;
            EventHeaders.write(event(EventKind.ENQUEUED, 1, sequence), instance, written);
        }
        cluster.producer
                .send(new ProducerRecord<>(
                        cluster.topic,
                        partition(),
                        timestamp,
                        key,
                        "{\"broken".getBytes(StandardCharsets.UTF_8),
                        written))
                .get();
    }

    public ReplicationEvent<String> event(EventKind kind, int task, long position) {
        SourceMetadata metadata = new SourceMetadata(new Position(epoch, position), "test", null, THEN);
        Task<String> about = new Task<>(new TaskId(queue, epoch, task + 1), 1, THEN, "payload " + task);
        TaskEvent.Builder<String> change = TaskEvent.builder(kind, position, THEN.plusMillis(position), about);
        if (kind != EventKind.ENQUEUED) {
            change.token(new OwnershipToken(task + 1, 1, new UUID(epoch, task)));
        }
        if (kind == EventKind.LEASE_GRANTED) {
            change.leaseExpiration(THEN.plusSeconds(30));
        }
        return ReplicationEvent.of(queue, metadata, change.build());
    }

    /** The key of the only effect of an event. */
    public String key(String sink, long position) {
        return sink + "/0/" + queue + "/" + epoch + "/" + position + "/call";
    }

    private void send(ReplicationEvent<String> event) throws Exception {
        Headers headers = new RecordHeaders();
        EventHeaders.write(event, instance, headers);
        Future<?> unused = cluster.producer.send(new ProducerRecord<>(
                cluster.topic,
                partition(),
                timestamp,
                queue.getBytes(StandardCharsets.UTF_8),
                CODEC.encode(event),
                headers));
    }

    private int partition() {
        return Math.floorMod(queue.hashCode(), cluster.partitions);
    }
}
