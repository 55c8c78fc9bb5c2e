package io.taskqueue.source.recovery;

import io.taskqueue.event.PayloadInclusion;
import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.SourceMetadata;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.queue.Journal;
import io.taskqueue.serde.EventHeaders;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.serde.ReplicationEventCodec;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;

/** A partition without Kafka: the records that sources and strangers wrote, with their offsets. */
final class SimulatedPartition {

    static final ReplicationEventCodec<String> CODEC = new ReplicationEventCodec<>(PayloadCodec.utf8());

    final List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    private final String queueName;

    SimulatedPartition(String queueName) {
        this.queueName = queueName;
    }

    long end() {
        return records.size();
    }

    /** Writes an event as a source does; returns its offset. */
    long write(ReplicationEvent<String> event) {
        RecordHeaders headers = new RecordHeaders();
        EventHeaders.write(event, new UUID(0, event.position().epoch()), headers);
        return write(queueName, CODEC.encode(event), headers);
    }

    long write(String key, byte[] value, Headers headers) {
        long offset = end();
        records.add(new ConsumerRecord<>(
                "events",
                0,
                offset,
                0L,
                TimestampType.CREATE_TIME,
                key.length(),
                value.length,
                key.getBytes(StandardCharsets.UTF_8),
                value,
                headers,
                Optional.empty()));
        return offset;
    }

    /** A journal that numbers the events of one owner, as its source does. */
    static final class OwnerJournal implements Journal<String> {

        final List<ReplicationEvent<String>> events = new ArrayList<>();
        private final String queueName;
        private final long epoch;
        private final Clock clock;
        private final PayloadInclusion inclusion;

        OwnerJournal(String queueName, long epoch, Clock clock) {
            this(queueName, epoch, clock, PayloadInclusion.EVERY_EVENT);
        }

        OwnerJournal(String queueName, long epoch, Clock clock, PayloadInclusion inclusion) {
            this.queueName = queueName;
            this.epoch = epoch;
            this.clock = clock;
            this.inclusion = inclusion;
            events.add(ReplicationEvent.sourceStarted(queueName, metadata(0), new UUID(0, epoch)));
        }

        @Override
        public long epoch() {
            return epoch;
        }

        @Override
        public byte[] encode(String payload) {
            return CODEC.encodePayload(payload);
        }

        @Override
        public boolean reserve(int places, long timeoutNanos) {
            return true;
        }

        @Override
        public void release(int places) {}

        @Override
        public void endWaiting() {}

        @Override
        public void append(TaskEvent<String> event, byte[] payload, boolean reserved) {
            events.add(ReplicationEvent.of(
                    queueName,
                    metadata(events.size()),
                    inclusion.includes(event.kind()) ? event : event.withoutPayload()));
        }

        private SourceMetadata metadata(long sequence) {
            return new SourceMetadata(new Position(epoch, sequence), "peer", null, clock.instant());
        }
    }
}
