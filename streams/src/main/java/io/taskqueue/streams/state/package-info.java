/**
 * How the state of a sink becomes bytes: the interface to the stores, and one writer and one reader for all layouts.
 *
 * <pre>
 *   StoreNames                the names of the two stores
 *   KeyValues                 the interface: get, put, delete, range, all
 *   StateKind                 which kinds of entries share a store, and how their keys are distinguished
 *   StateWriter, StateReader  numbers, texts, times; the version byte of each value
 *   KeyRange                  bounds of ranges of keys
 *   RecordLimit, LimitedKeyValues
 *                             the largest entry; a store that refuses a larger one
 *
 *   store "results"   key: queue, position, generation, effect        io.taskqueue.streams.results.ResultFormat
 *   store "state"     key: 1 | queue                                  io.taskqueue.streams.checkpoint.CheckpointFormat
 *                          2 | topic id, offset                       InFlightFormat
 *                          3 | task, offset, topic id                 io.taskqueue.streams.parking.ParkedFormat
 *                          4 | 1                                      io.taskqueue.streams.replay.ReplayFormat
 *                          5 | 1                                      UndecodableFormat
 * </pre>
 *
 * <p>Used by the stream thread for the stores, and by operators' commands for the changelog topics behind them. A layout never
 * changes under the same version byte.
 */
@NullMarked
package io.taskqueue.streams.state;

import org.jspecify.annotations.NullMarked;
