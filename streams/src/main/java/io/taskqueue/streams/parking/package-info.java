/**
 * Parked events: events that could not be applied, kept in the order of their task until an operator redrives or discards them.
 *
 * <pre>
 *   Parking                             parks, skips, releases and discards; the only place that decides about parked events
 *   ParkedStore, ParkedIndex            the events in the store, and which tasks they belong to in memory; ParkedFormat is the layout
 *   ParkedEntry, ParkedKey, ParkedState one stored event, and why it is parked
 *   ParkedCommand                       a decision by an operator, as a record of the control topic
 *   ParkedEvent, ParkedTask             what operators see
 *   GiveUp, ParkableEvent               what {@code partition} hands in
 *   ParkedLog                           what is logged
 * </pre>
 *
 * <p>Called by {@code partition} on the stream thread; operators' commands read the store's changelog through {@code admin}. An event
 * never overtakes a parked event of its task, unless it runs no effects.
 */
@NullMarked
package io.taskqueue.streams.parking;

import org.jspecify.annotations.NullMarked;
