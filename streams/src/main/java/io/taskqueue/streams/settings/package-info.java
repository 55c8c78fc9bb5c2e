/**
 * What a sink was configured with: {@code SinkSettings} are built by {@code SinkService.Builder}, validated once, and handed to every
 * room; {@code SinkTopics} names the sink's own topics and stores, once. Immutable; nothing here calls Kafka.
 */
@NullMarked
package io.taskqueue.streams.settings;

import org.jspecify.annotations.NullMarked;
