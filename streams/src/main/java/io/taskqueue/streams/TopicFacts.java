package io.taskqueue.streams;

import java.util.Map;
import org.apache.kafka.common.Uuid;

/**
 * What the cluster says of the event topic.
 *
 * @param topicId its id; a topic made anew has another
 * @param logStarts the offset at which each partition's log begins, where known
 */
record TopicFacts(Uuid topicId, int partitions, int maxMessageBytes, Map<Integer, Long> logStarts) {

    long logStart(int partition) {
        return logStarts.getOrDefault(partition, 0L);
    }
}
