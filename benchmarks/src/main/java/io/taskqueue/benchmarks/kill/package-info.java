/**
 * The cost of a kill: how many effects run again, and how long it takes until all events are applied.
 *
 * <pre>
 *   KillSection     compares commit intervals
 *     KillRun         kills a KilledSink and starts the next instance
 *       KilledSink      a sink in a process of its own
 *       CallLedger      the calls, in a file that survives the process
 * </pre>
 *
 * <p>Called by {@code EffectsComparison} on the main thread. Calls must be written to the ledger before they take effect.
 */
@NullMarked
package io.taskqueue.benchmarks.kill;

import org.jspecify.annotations.NullMarked;
