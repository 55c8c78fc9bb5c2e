/**
 * Confirmation: whether the sources of a group still own their queues, and which events are therefore confirmed.
 *
 * <pre>
 *   RegistryTail       reads the registry for all queues, on a thread of its own
 *     Ownership        one queue: what the registry shows of it, whether leases are granted
 *       ReplicationGate  the futures of replicated(), and when they complete; on the threads of Completions
 * </pre>
 *
 * <p><b>Never.</b> A future completes that counts an event which was acknowledged after the end of the registry was requested, or of a queue with a
 * newer claim before that end.
 */
@NullMarked
package io.taskqueue.source.confirm;

import org.jspecify.annotations.NullMarked;
