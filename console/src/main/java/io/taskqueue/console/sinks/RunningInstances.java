package io.taskqueue.console.sinks;

import io.taskqueue.streams.admin.InstanceTable;
import io.taskqueue.streams.instances.SinkInstance;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * The instances of a sink, and whether they run, by the age of their newest reports. A report has the time of the clock of its machine, which may differ
 * from the clock here: so the age of a report that was read as it was written is measured here, from then on, and only that of an earlier one is the
 * difference of both clocks. For the thread of the index.
 */
final class RunningInstances {

    private final InstanceTable table = new InstanceTable();
    private final Map<String, Long> readAt = new HashMap<>();

    /**
     * Adds the next record of the topic.
     *
     * @param asWritten whether it was written since the last round
     * @param nanos the time of the ticker
     */
    void add(ConsumerRecord<byte[], byte[]> record, boolean asWritten, long nanos) {
        table.add(record);
        if (record.key() == null) {
            return;
        }
        String instance = new String(record.key(), StandardCharsets.UTF_8);
        if (asWritten && record.value() != null) {
            readAt.put(instance, nanos);
        } else {
            readAt.remove(instance);
        }
        if (readAt.size() > InstanceTable.LIMIT) {
            Set<String> held =
                    table.list().stream().map(each -> each.identity().id()).collect(Collectors.toSet());
            readAt.keySet().retainAll(held);
        }
    }

    /** Forgets all, because the topic is read again from its start. */
    void clear() {
        table.clear();
        readAt.clear();
    }

    /** The newest reports, the newest first. */
    List<SinkInstance> list() {
        return table.list();
    }

    /**
     * Whether the instance of a report runs as far as can be known.
     *
     * @param nanos the time of the ticker
     */
    boolean running(SinkInstance report, Instant now, long nanos) {
        Long read = readAt.get(report.identity().id());
        return report.running(read == null ? now : report.at().plusNanos(nanos - read));
    }
}
