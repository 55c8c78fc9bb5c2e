package io.taskqueue.source.publish;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.taskqueue.event.PayloadInclusion;
import io.taskqueue.queue.Ticker;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.serde.ReplicationEventCodec;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.kafka.common.TopicPartition;

/** Builds the parts of a publisher of text payloads. */
public final class PublishingParts {

    static final ReplicationEventCodec<String> CODEC = new ReplicationEventCodec<>(PayloadCodec.utf8());

    private PublishingParts() {}

    public static EventBuffer<String> buffer(BufferLimits limits, Instant now, Ticker ticker) {
        return buffer(limits, now, ticker, PayloadInclusion.EVERY_EVENT);
    }

    static EventBuffer<String> buffer(BufferLimits limits, Instant now, Ticker ticker, PayloadInclusion inclusion) {
        EventRecords<String> records = records("q", 1_000_000);
        return new EventBuffer<>(
                7,
                limits,
                new EventPayloads<>("q", "peer-a", CODEC, records, 1_000_000, inclusion),
                new SourceTime(Clock.fixed(now, ZoneOffset.UTC), ticker),
                new SimpleMeterRegistry().counter("expired"));
    }

    /** Kafka acknowledges the oldest event. */
    public static void acknowledgeOldest(EventBuffer<String> buffer) {
        List<BufferedEvent<String>> oldest = new ArrayList<>();
        buffer.startOver();
        boolean unused = buffer.take(oldest, 1, Long.MAX_VALUE);
        boolean removed = buffer.acknowledged(oldest.get(0));
        assert removed;
    }

    static EventRecords<String> records(String queueName, int maxRecordBytes) {
        return new EventRecords<>(
                queueName,
                new PeerResolver<>("peer-a", null, event -> null),
                CODEC,
                new UUID(1, 2),
                new TopicPartition("events", 0),
                maxRecordBytes);
    }
}
