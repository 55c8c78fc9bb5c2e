package io.taskqueue.torture.check;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.PayloadInclusion;
import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.SourceMetadata;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.queue.Journal;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** A source that publishes at once. Its topic takes whatever it writes, as Kafka does, fenced or not. */
class TopicJournal implements Journal<String> {

    private final MemoryTopic topic;
    private final String queue;
    private final long epoch;
    private final UUID instance = UUID.randomUUID();
    private long sequence;

    TopicJournal(MemoryTopic topic, String queue, long epoch) {
        this.topic = topic;
        this.queue = queue;
        this.epoch = epoch;
    }

    UUID instance() {
        return instance;
    }

    synchronized Position position() {
        return new Position(epoch, sequence);
    }

    @Override
    public long epoch() {
        return epoch;
    }

    @Override
    public byte[] encode(String payload) {
        return payload.getBytes(StandardCharsets.UTF_8);
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
    public synchronized void append(TaskEvent<String> event, byte[] payload, boolean reserved) {
        sequence++;
        topic.append(
                ReplicationEvent.of(
                        queue,
                        new SourceMetadata(new Position(epoch, sequence), "dispatcher", null, event.occurredAt()),
                        event),
                instance);
    }

    /** Not a fault: payloads are in the first events of tasks only. */
    static final class WithPayloadsInFirstEvents extends TopicJournal {

        WithPayloadsInFirstEvents(MemoryTopic topic, String queue, long epoch) {
            super(topic, queue, epoch);
        }

        @Override
        public synchronized void append(TaskEvent<String> event, byte[] payload, boolean reserved) {
            boolean isIncluded = PayloadInclusion.FIRST_EVENT.includes(event.kind());
            super.append(isIncluded ? event : event.withoutPayload(), payload, reserved);
        }
    }

    /** The fault: an enqueue that is confirmed without being published. */
    static final class WithoutOneEnqueue extends TopicJournal {

        private int enqueues;

        WithoutOneEnqueue(MemoryTopic topic, String queue, long epoch) {
            super(topic, queue, epoch);
        }

        @Override
        public synchronized void append(TaskEvent<String> event, byte[] payload, boolean reserved) {
            if (event.kind() == EventKind.ENQUEUED && ++enqueues == 3) {
                return;
            }
            super.append(event, payload, reserved);
        }
    }
}
