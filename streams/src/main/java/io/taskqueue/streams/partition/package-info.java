/**
 * The work of one partition: events in flight, their outcomes, and the lifecycle that decides whether work may begin.
 *
 * <pre>
 *   PartitionWork                  one pass of the stream thread: takes records, and writes at commit
 *   EventDispatcher                dispatches events to workers, and records their outcomes: results, parking, failure
 *   EventApplier                   one attempt at an event, on a worker; EventResults, what it reads and records of results;
 *                                  AttemptLog, what is logged of failed attempts; TimedEffects, how many actions ran and how long they took
 *   Outcome, OutcomeQueue          from the workers to the stream thread
 *   Intents, Intent                effects that wait for a commit before they run
 *
 *   PartitionLifecycle             whether work may begin, and where a partition stops
 *   CommitPhase                    where the stream thread is between two commits
 *   SinkLifecycle                  all partitions of an instance together: revocation, failure, close
 *
 *   PartitionState                 all state of the partition, loaded from the two stores of PartitionStores: the two below, and
 *                                  ResultsStore, Parking and ResultsPurge of other packages
 *   PartitionHistory               what was read: checkpoints, replays; UndecodableRecords, what could not be
 *   InFlightEvents, InFlightStore  events read and not applied, in memory and at the last commit; InFlightEvent, HeldRecord
 *
 *   SinkCommands                   parses operators' commands; SinkRate, which rate limit is in force
 *   UnprintableException           in place of an exception of user code that cannot be read
 * </pre>
 *
 * <p>{@code SinkProcessor} calls {@code PartitionWork} on the stream thread, which owns everything here but {@code SinkLifecycle}: the
 * thread that closes the sink calls it, too. Workers run {@code EventApplier} and use {@code EventResults}, {@code Intents},
 * {@code OutcomeQueue} and {@code PartitionLifecycle}, which are thread-safe. Never: the offset of an accepted event is committed
 * while the event is not applied, parked or in the in-flight store; an attempt begins, or an effect with an intent, unless the
 * lifecycle is WORKING.
 */
@NullMarked
package io.taskqueue.streams.partition;

import org.jspecify.annotations.NullMarked;
