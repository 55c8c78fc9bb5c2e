/**
 * How the effects of an event are executed and recorded: what both runners use, and users do not see.
 *
 * <pre>
 *   runner --&gt; ApplyOutcome.of(sink, event, effects)      one attempt, and what it means for the event
 *                    |
 *                    +--&gt; RecordedEffects                  the Effects that the sink gets
 *                           +--&gt; EffectExecutor            the lifecycle of one effect: find, intend, run, record
 *                           |      FailureMeaning          what an exception of an action states
 *                           +--&gt; UserCalls              the sink, actions and probes, each in its span and with its log fields
 *                           +--&gt; EffectScope               which effects run, and whether more may start
 *                           +--&gt; AttemptReport             counts, misuse and parking, for the runner
 *                           +--&gt; ResultCodec, ResultJson   results as JSON with the tag of their type
 *                                  ResultTypeCheck         whether a type can be recorded at all
 *   AttemptSettings                what a runner states of an attempt
 *     EffectRules                    which failures are permanent, and what follows
 * </pre>
 *
 * <p>Called on the runner's thread and on the threads that a sink starts. An action must never run if its result is
 * already recorded, and a recorded result must never change.
 */
@NullMarked
package io.taskqueue.sink.effect;

import org.jspecify.annotations.NullMarked;
