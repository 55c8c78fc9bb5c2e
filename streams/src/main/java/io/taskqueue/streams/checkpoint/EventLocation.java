package io.taskqueue.streams.checkpoint;

import org.apache.kafka.common.Uuid;

/**
 * Where an event lies in its partition of the event topic.
 *
 * @param topicId the topic's id; a topic that was deleted and created again has another
 * @param offset the event's offset
 */
public record EventLocation(Uuid topicId, long offset) {}
