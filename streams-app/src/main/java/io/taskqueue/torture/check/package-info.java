/**
 * The checks of a torture run: each invariant against the history of the run.
 *
 * <pre>
 *   TortureCheck                 runs all of them, queue by queue
 *     RunHistory                 the run: settings, phases, faults
 *     EventTable                 the queue's events by position, by FenceFilter; PositionTable
 *     QueueCheck                 what a check gets, and where it puts what it finds
 *       ConfirmedTasksSurvive    1
 *       SequencesHaveNoHole      2; AppliedTable: when a sink applied which event
 *       TasksLiveLegally         3; TaskTransitions: which event may follow which
 *       EffectsAreAppliedOnce    4
 *       ResultsNeverChange       5
 *       OneOwnerContinues        6
 *       CheckpointsNeverGoBack   7
 *       StatesAgree              8; the fold of the product
 *       ReplayCallsNothing       9
 *     EverythingStaysBounded     10
 * </pre>
 *
 * <p>Called when a run has ended, on one thread. Each check is a function of the history, and does not use the code that it checks, except to decode
 * events and to fold them. It reads as often as it needs, and holds one queue in memory at a time. Never: a verdict from what was not written, such as the
 * entry that a killed process would have written next.
 */
@NullMarked
package io.taskqueue.torture.check;

import org.jspecify.annotations.NullMarked;
