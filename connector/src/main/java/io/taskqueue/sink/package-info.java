/**
 * What a sink is: user code, its effects, the records of them, and the runner for sinks without Kafka Streams.
 */
@NullMarked
package io.taskqueue.sink;

import org.jspecify.annotations.NullMarked;
