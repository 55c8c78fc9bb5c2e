/**
 * The registry of sources: which source owns a queue, and since which epoch.
 *
 * <pre>
 *   SourceRegistry          for users: the newest claim of each queue
 *   RegistryKey             what a record is about, and its queue; RegistryRecord is the record with its value
 *   ClaimRegistry           reads the registry, writes a claim; the offset of the claim is the epoch
 *   RegistryWatch           follows the registry for the sources of a group; RegistryFollower is one queue; HomeWatch notices added partitions
 *   ClaimTable              the newest claims, for all who read or follow the registry
 *   Claim, ClaimJson        an entry, and its bytes
 *   QueueMarks              finds the newest low-water mark of a queue, and builds the next record; LowWaterMark, MarkJson
 *   RegistryLostException   the registry no longer holds the source's own claim
 * </pre>
 *
 * <p>The start of a source reads and claims on the caller's thread; the watch belongs to the source's registry thread, but for
 * {@code wakeup()}. Never: a claim without the offset that Kafka acknowledged, or a source that continues without having read
 * the registry up to an end that was requested after the acknowledgement.
 */
@NullMarked
package io.taskqueue.source.registry;

import org.jspecify.annotations.NullMarked;
