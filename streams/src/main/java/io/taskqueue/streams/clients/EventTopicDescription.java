package io.taskqueue.streams.clients;

import java.util.Map;
import org.apache.kafka.common.Uuid;

/**
 * What the cluster reports of the event topic.
 *
 * @param topicId its id; a recreated topic has another
 * @param maxMessageBytes the largest record batch that it takes
 * @param logStarts the offset at which each partition's log begins, where known
 */
public record EventTopicDescription(Uuid topicId, int partitions, int maxMessageBytes, Map<Integer, Long> logStarts) {

    public long logStart(int partition) {
        return logStarts.getOrDefault(partition, 0L);
    }
}
