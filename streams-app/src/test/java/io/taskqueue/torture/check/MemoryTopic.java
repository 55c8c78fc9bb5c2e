package io.taskqueue.torture.check;

import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.SourceMetadata;
import io.taskqueue.fold.QueueFold;
import io.taskqueue.torture.history.TopicEntry;
import io.taskqueue.torture.history.TopicEntry.InvalidRecord;
import io.taskqueue.torture.history.TopicEntry.LoggedEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The event topic of one queue, in memory. Thread-safe. */
final class MemoryTopic {

    private final String queue;
    private final List<Optional<ReplicationEvent<String>>> records = new ArrayList<>();
    private final List<TopicEntry> entries = new ArrayList<>();
    private final RunTime time;

    MemoryTopic(String queue, RunTime time) {
        this.queue = queue;
        this.time = time;
    }

    /** Opens an epoch. */
    void started(long epoch, UUID instance) {
        append(
                ReplicationEvent.sourceStarted(
                        queue,
                        new SourceMetadata(new Position(epoch, 0), "dispatcher", null, time.instant()),
                        instance),
                instance);
    }

    synchronized void append(ReplicationEvent<String> event, UUID instance) {
        records.add(Optional.of(event));
        entries.add(LoggedEvent.of(event, instance, 0, entries.size()));
    }

    /** A record that is not an event. */
    synchronized void poison() {
        records.add(Optional.empty());
        entries.add(new InvalidRecord(0, entries.size(), null, "it is empty"));
    }

    synchronized int end() {
        return records.size();
    }

    synchronized Optional<ReplicationEvent<String>> event(int offset) {
        return records.get(offset);
    }

    synchronized List<TopicEntry> entries() {
        return List.copyOf(entries);
    }

    /** What the events say of the queue. */
    synchronized QueueFold<String> fold() {
        QueueFold<String> fold = new QueueFold<>(queue, 0);
        records.forEach(record -> record.ifPresent(fold::apply));
        return fold;
    }
}
