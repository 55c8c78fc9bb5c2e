/**
 * The work of one partition: events in flight, their outcomes, and the lifecycle that decides whether work may begin.
 *
 * <pre>
 *   PartitionWork                  takes records, begins and ends passes, writes at commit
 *   EventDispatcher                dispatches events to the workers, records their outcomes
 *   PartitionLifecycle             where a partition stops; CommitPhase, whether its task would commit
 *   SinkLifecycle                  all partitions of an instance together: revocation, failure, close
 *   PartitionState                 what is stored of the partition, loaded from its two stores (PartitionStores)
 *   PartitionHistory               what was read: checkpoints, replays, reports
 *   InFlightEvents, InFlightStore  events read and not applied, in memory and at the last commit; InFlightEvent, HeldRecord
 *   EventApplier                   one attempt at an event, on a worker; EventResults, what it sees of recorded results;
 *                                  UnprintableException, in place of a failure that cannot be printed
 *   Outcome, OutcomeQueue          from the workers to the stream thread
 *   Intents, Intent                effects that wait for a commit before they run
 *   SinkCommands                   operators' commands
 * </pre>
 *
 * <p>The stream thread calls everything but {@code EventApplier}, {@code EventResults} and the entries of the lifecycles that say
 * otherwise. An event whose offset is committed is always applied, parked or in the in-flight store.
 */
@NullMarked
package io.taskqueue.streams.partition;

import org.jspecify.annotations.NullMarked;
