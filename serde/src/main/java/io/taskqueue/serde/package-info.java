/**
 * The bytes of task queue replication: JSON values, Kafka headers and serdes for the words of {@code io.taskqueue.event}.
 *
 * <p>The format is public API and changes by addition only. Everything here is immutable and thread-safe unless it says
 * otherwise.
 */
@NullMarked
package io.taskqueue.serde;

import org.jspecify.annotations.NullMarked;
