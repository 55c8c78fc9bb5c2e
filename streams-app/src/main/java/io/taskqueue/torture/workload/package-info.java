/**
 * What the child processes of a torture run do, and the target of its sinks.
 *
 * <pre>
 *   DispatcherMain -&gt; TortureDispatcher    enqueues, leases and ends tasks; SteppedClock; exits with DispatcherExit
 *   SinkMain       -&gt; ObservedSink         the run's sink (TargetSinkFactory) or a user's; ObservedEffects
 *   TortureTarget                          the HTTP target with its ledger, in the process of the driver; TargetCall
 *   HaltPoint, HaltPointInterceptor        kill -9 at a point of the work
 *   ChildArguments, WarmUp                 arguments; classes that are loaded in advance
 * </pre>
 *
 * <p>They use the library as its users do, without access to anything inside it. What a process was told is in its history before it does
 * anything else.
 */
@NullMarked
package io.taskqueue.torture.workload;

import org.jspecify.annotations.NullMarked;
