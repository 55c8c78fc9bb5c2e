/**
 * What a sink was configured with: {@code SinkSettings} are built by {@code SinkService.Builder}, validated once, and passed to every
 * package. Immutable, so any thread may read them. Nothing here calls Kafka, and no setting is validated elsewhere.
 */
@NullMarked
package io.taskqueue.streams.settings;

import org.jspecify.annotations.NullMarked;
