package io.taskqueue.cli.replay;

import io.taskqueue.cli.shared.ExistingTopic;
import io.taskqueue.cli.shared.Progress;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.serde.EventHeaders;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.serde.ReplicationEventCodec;
import io.taskqueue.serde.UndecodableEventException;
import io.taskqueue.streams.replay.Selection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Counts the events that the selection of a replay matches, by reading the topic from the start of the replay to its end: the replay
 * ends where the sink was before its offsets were moved first, which only the sink knows.
 */
record SelectedEvents(ReplayPlan plan, Selection selection) {

    private static final ReplicationEventCodec<String> CODEC = new ReplicationEventCodec<>(PayloadCodec.jsonText());

    /** The number of events; one that cannot be decoded counts as selected, because the sink may decode it. */
    long count(Admin admin, Map<String, Object> kafka, Progress progress) throws InterruptedException {
        Map<TopicPartition, Long> from = new HashMap<>();
        plan.moves().forEach(move -> from.put(new TopicPartition(plan.topic(), move.partition()), move.to()));
        AtomicLong selected = new AtomicLong();
        AtomicLong read = new AtomicLong();
        ExistingTopic.find(admin, plan.topic()).read(kafka, from, record -> {
            progress.update(read.incrementAndGet(), -1);
            selected.addAndGet(matches(record) ? 1 : 0);
        });
        return selected.get();
    }

    private boolean matches(ConsumerRecord<byte[], byte[]> record) {
        boolean ofTask = EventHeaders.read(record.headers())
                .map(headers -> headers.position().sequence() > 0)
                .orElse(false);
        if (!ofTask || record.value() == null) {
            return false;
        }
        ReplicationEvent<String> event;
        try {
            event = CODEC.decode(record.value());
        } catch (UndecodableEventException e) {
            return true;
        }
        return selection.matches(event, true);
    }
}
