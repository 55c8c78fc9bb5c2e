/**
 * Kafka clients as this project uses them, for the other packages; no class here uses a type of a queue, a source or a sink.
 *
 * <pre>
 *   ClientProperties   a user's properties, by client
 *   ConfigVariables    the variables in them, and in the configuration of sinks: ${env:…}, ${file:…}, ${dir:…}
 *   TopicNames         the names of all topics: the defaults, and those that follow from the name of a sink
 *   TopicReader        reads partitions to an end that exists
 *   TopicAdmin         describes and creates topics
 *   TopicOffsets       the offsets of a topic, what groups have committed of it, and records at offsets
 *   TopicProbe         finds out why a topic cannot be used at the moment
 *   BrokerDiagnosis    states why requests fail: nothing listens, credentials refused, no permission
 *   OpenTransactions   finds partitions whose end cannot be read, because a transaction is open there
 *   KafkaRequests      waits for an answer, within a timeout; repeats a request while brokers do not know a new topic
 *   KafkaFailure       what a client's exception means to the user: the setting, what was found, what to do (SecurityFailure: TLS, SASL)
 *   ListenerProbe      why a cluster does not answer
 * </pre>
 *
 * <p>Called on the threads of the callers, which block for as long as Kafka takes: never inside a lock of a queue, never on a
 * stream thread.
 */
@NullMarked
package io.taskqueue.kafka;

import org.jspecify.annotations.NullMarked;
