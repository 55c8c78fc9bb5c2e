/**
 * Replays: reading events again on purpose, by moving committed offsets back.
 *
 * <pre>
 *   ReplayMode, ReplayOrder, Selection   what an operator orders; SelectionParser, SelectionBound
 *   MovedOffsets                         which committed offsets were moved for which order
 *   Replays, Replay                      the running replay of one partition; ReplayFormat is its layout
 *   ReplayReceipt, ReplayCounts          what happened
 *   DeliveryContext                      how one event is delivered to the sink, in a replay or not
 * </pre>
 *
 * <p>Called by {@code partition} on the stream thread; orders are written by operators' commands ({@code admin}). Without an order
 * for exactly the move that happened, a replay never runs an effect.
 */
@NullMarked
package io.taskqueue.streams.replay;

import org.jspecify.annotations.NullMarked;
