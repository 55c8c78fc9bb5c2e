package io.taskqueue.streams.checkpoint;

import org.apache.kafka.common.Uuid;

/**
 * What the cluster reports of the log of one partition of the event topic.
 *
 * @param topicId the topic's id; a topic that was deleted and created again has another
 * @param partitions how many partitions the topic has
 * @param start the offset at which the log begins
 * @param end the offset of the next record to be written
 */
public record LogState(Uuid topicId, int partitions, long start, long end) {}
