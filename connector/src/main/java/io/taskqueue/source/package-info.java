/**
 * The sources of queues: publish the events of each queue to Kafka, in order and without loss.
 *
 * <pre>
 *   queue's lock          publisher thread                producer's I/O thread           registry thread
 *   append: position, -&gt;  encode, send in order     -&gt;    acknowledged: leaves the    -&gt;  no newer claim: then
 *   into the buffer       (one partition)                 buffer, to subscribers          replicated() completes
 *
 *   ReplicationSource     the API. Settings are collected by its Builder, validated in SourceSettings (KafkaSettings)
 *   BuiltSource           a source from when it is built until it has started
 *   SourceGroup           the API of a group; its settings are validated in GroupSettings
 *   SourceStart           the start of one source or many, step by step, and all wiring; SourceTopics creates and checks the topics
 *   GroupEngine           a running group: its sources, how they start and end together; GroupLifecycle
 *   GroupResources        what the sources of a group share: producer, readers, threads
 *   SourceEngine          a running source: what is its queue's own, and its part in what the group shares
 *   SourceLifecycle       open, closing, closed, fenced, failed; outages of Kafka (SourceState, SourceHealth for users)
 *   SourceMarks           live tasks of earlier owners, recovered or counted, and the low-water mark
 *   AbandonedTaskCounter  counts the live tasks of earlier owners that are not recovered, partition by partition
 *   SourceRetries         the orders to retry dead tasks of a queue
 *   QueueCalls            calls that may wait for the lock of a queue, apart from the threads that serve all queues
 *   OutageMonitor         detects outages of all queues, finds out why, and logs them; on a thread of its own
 *   CloseReport           what close() left unreplicated; EventResend publishes it later
 *   HandOverReport        what handOver() left for the next owner
 *   ResendRefusedException, SourceStartException, SourceFencedException, SourceStoppedException, SubscriptionOverflowException
 *   Subscriptions         in-process readers: EventSubscription (BufferedSubscription) and observers
 *
 *   source.confirm        whether queues are still owned, and the futures of replicated()
 *   source.publish        buffers, publisher, records
 *   source.registry       claims: who owns a queue since which epoch
 *   source.mark           the low-water mark: kept, published, and moved on before retention reaches it
 *   source.recovery       the live tasks that the owners of a queue left
 *   source.unreplicated   events that were not replicated, and their file
 * </pre>
 *
 * <p><b>Never.</b> An event is in the buffer from {@code append} until Kafka has acknowledged it. When a producer fails, the next
 * one starts with the first event that is still there; so what Kafka holds may repeat itself, but never skips. A source that is
 * fenced, or cannot know, stops its queue.
 */
@NullMarked
package io.taskqueue.source;

import org.jspecify.annotations.NullMarked;
