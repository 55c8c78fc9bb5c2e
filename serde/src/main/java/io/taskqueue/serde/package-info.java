/**
 * The bytes of task queue replication: JSON values, Kafka headers and serdes for the types of {@code io.taskqueue.event}.
 *
 * <pre>
 *   ReplicationEventCodec    one record's value: an event to bytes and back; the limits
 *     EventJsonWriter          event to JSON, fields as in EventField, to a JsonOutput: RecordBytes, or a generator of Jackson
 *     EventJsonReader          JSON to EventFieldValues, through JsonRecordParser; then to an event
 *   PayloadCodec             an application's payload to JSON and back, by JsonPayloadMapper or TextPayloads;
 *                            PayloadJson checks the result
 *     GenericType              a type with type arguments, of payloads and of results
 *     JsonOptions              what a payload may have in addition to its class, and what it may lack
 *     KnownProperties          finds payloads of another class
 *   EventHeaders             one record's CloudEvents headers
 *   ReplicationEventSerde    the codec for Kafka
 *   ReplicationJson          the codec for Jackson, and payloads by a mapper of the application
 *   BoundedJson              small documents other than events: claims, commands, HTTP bodies
 *   JsonFactories, RecordLimits, InstantFormat, Utf8Validator, SanitizedText   what these share
 * </pre>
 *
 * <p>Sources encode on the caller's thread (payloads) and on the publisher's (events); sinks decode on the stream thread or
 * ahead of it. All types are thread-safe except for the readers and writers of a single record.
 *
 * <p>The format is public API and changes by addition only. Bytes from a topic must never cause anything other than an
 * {@link io.taskqueue.serde.UndecodableEventException}, and must never use more memory or stack than the limits allow.
 */
@NullMarked
package io.taskqueue.serde;

import org.jspecify.annotations.NullMarked;
