/**
 * The source: publishes the events of one queue to Kafka, in order and without loss.
 */
@NullMarked
package io.taskqueue.source;

import org.jspecify.annotations.NullMarked;
