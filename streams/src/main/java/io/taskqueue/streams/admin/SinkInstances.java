package io.taskqueue.streams.admin;

import io.taskqueue.kafka.TopicNames;
import io.taskqueue.streams.instances.SinkInstance;
import java.util.List;
import java.util.Map;

/** The instances of a sink, as they report themselves, from outside the sink. */
public final class SinkInstances {

    private SinkInstances() {}

    /**
     * Reads the newest report of each instance that was not closed, those with the newest reports first, at most {@value InstanceTable#LIMIT}; none
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
        InstanceTable instances = new InstanceTable();
        var unused = new SinkChangelog(kafka, sink).readTopic(TopicNames.instances(sink), instances::add);
        return instances.list();
    }
}
