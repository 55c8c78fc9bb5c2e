package io.taskqueue.streams.admin;

import io.taskqueue.kafka.TopicNames;
import io.taskqueue.streams.instances.InstanceFormat;
import io.taskqueue.streams.instances.SinkInstance;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.utils.Bytes;

/** The instances of a sink, as they report themselves, from outside the sink. */
public final class SinkInstances {

    /** How many instances are returned at most. */
    public static final int LIMIT = 1_000;

    private SinkInstances() {}

    /**
     * Reads the newest report of each instance that was not closed, those with the newest reports first, at most {@value #LIMIT}; none
     * where the sink has no topic of instances, because it was never started with a version that writes it.
     *
     * <p>Among them are instances that failed and some whose process was killed: see {@link SinkInstance#running}. Kafka removes their
     * reports after a day. A record that is not a valid report is ignored.
     *
     * @param kafka Kafka's properties, as for {@code SinkService.Builder.kafka}
     * @param sink the sink's name
     * @throws org.apache.kafka.common.KafkaException if the cluster does not answer
     */
    public static List<SinkInstance> read(Map<String, Object> kafka, String sink) {
        Map<Bytes, SinkInstance> newest = new LinkedHashMap<>();
        var unused = new SinkChangelog(kafka, sink).readTopic(TopicNames.instances(sink), record -> {
            if (record.key() == null) {
                return;
            }
            Bytes key = Bytes.wrap(record.key());
            newest.remove(key);
            if (record.value() != null) {
                InstanceFormat.read(record.value()).ifPresent(instance -> newest.put(key, instance));
            }
            if (newest.size() > LIMIT) {
                removeFirst(newest);
            }
        });
        return newest.values().stream()
                .sorted(Comparator.comparing(SinkInstance::at).reversed())
                .toList();
    }

    private static void removeFirst(Map<Bytes, SinkInstance> instances) {
        Iterator<Bytes> keys = instances.keySet().iterator();
        Bytes unused = keys.next();
        keys.remove();
    }
}
