package io.taskqueue.streams.clients;

import io.taskqueue.streams.checkpoint.LogState;
import java.util.Map;
import org.apache.kafka.common.Uuid;

/**
 * What the cluster reports of the event topic.
 *
 * @param topicId its id; a recreated topic has another
 * @param maxMessageBytes the largest record batch that it takes
 * @param logStarts the offset at which each partition's log begins, where known
 * @param logEnds the offset of the next record of each partition's log, where known
 */
public record EventTopicDescription(
        Uuid topicId, int partitions, int maxMessageBytes, Map<Integer, Long> logStarts, Map<Integer, Long> logEnds) {

    /** The log of one partition; where its end is not known, it has none. */
    public LogState log(int partition) {
        return new LogState(
                topicId,
                partitions,
                logStarts.getOrDefault(partition, 0L),
                logEnds.getOrDefault(partition, Long.MAX_VALUE));
    }
}
