/**
 * The sink's own topics: that they exist, and fit the event topic and the sink.
 *
 * <pre>
 *   OwnTopics      creates them; gives them as many partitions as the event topic, and room for its records; OwnTopic
 *   SinkIdentity   that all instances of a name are the same sink
 *   RecordSizes    the sizes of records derived from records of the event topic
 * </pre>
 *
 * <p>Called by {@code clients} when a sink starts, by its topic monitor, and on the stream thread before partitions are assigned and where
 * a record is larger than expected. Never: a topic that is missing is created before all that are missing could be.
 */
@NullMarked
package io.taskqueue.streams.topics;

import org.jspecify.annotations.NullMarked;
