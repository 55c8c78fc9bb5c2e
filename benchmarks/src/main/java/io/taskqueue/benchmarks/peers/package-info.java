/**
 * The whole path of a task beside what users would use instead, each with its recommended settings and its own durability.
 *
 * <pre>
 *   PeerSections        the servers, and the sections that are asked for, with a PeerSetup
 *     PeerThroughput      tasks a second, CPU, bytes on disk: PeerRound by PeerRound
 *     PeerLatency         200 tasks a second: enqueue to start, enqueue to durable
 *     PeerKill            kill -9: KilledPeer is a contender in a process of its own
 *     PeerRatios          ours to each other, pair by pair
 *   Contenders          all of them, in order; what one is:  -&gt; contender, kafka, database
 *   PeerOptions         the command's options
 * </pre>
 *
 * <p>Called by {@code PeerComparison} on the main thread. Never: a figure of a round in which a task was not performed exactly once, or
 * whose end the server does not have.
 */
@NullMarked
package io.taskqueue.benchmarks.peers;

import org.jspecify.annotations.NullMarked;
