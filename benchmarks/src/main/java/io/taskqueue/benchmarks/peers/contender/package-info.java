/**
 * What every contender is, and what it is given: {@code Contender} with its sessions, the {@code TaskServer} that keeps its tasks,
 * {@code NumberedTasks} as payloads, {@code PerformedTasks} as work, and {@code PeerThreads} for workers that are threads.
 *
 * <p>Sessions are used on the main thread; work is performed, and confirmations arrive, on threads of the contenders.
 */
@NullMarked
package io.taskqueue.benchmarks.peers.contender;

import org.jspecify.annotations.NullMarked;
