/**
 * The command {@code torture}: load and faults on this machine, and a check that nothing was lost and nothing done twice.
 *
 * <pre>
 *   TortureCommand      options, and the result ({@code TortureResult}); the directory of the run ({@code RunFiles})
 *     TortureRun          start, load, quiet, replay, end ({@code TortureSettings})
 *       TortureCluster      all that takes part: brokers, dispatchers, sinks, target
 *       QuietState          whether everything has drained
 *       RunObserver         checkpoints, memory and disk during the run ({@code CheckpointReader})
 *       FinalState          what Kafka holds at the end
 *
 *   cluster    child processes: brokers, dispatchers, sinks; starting, pausing and ending them
 *   workload   what the processes of dispatchers and sinks do, and the target
 *   network    the TCP proxy
 *   fault      kinds of faults, their schedule, and what injects them
 *   history    what each process saw, in files
 *   check      the invariants;  report: what they found
 *
 *   torture -&gt; fault -&gt; cluster, network, workload -&gt; history
 *           -&gt; check -&gt; report, history
 * </pre>
 *
 * <p>The command's main thread drives the phases; a thread for each lane of faults and one observer work beside it. No process that was
 * started may outlive the command, however it ends.
 */
@NullMarked
package io.taskqueue.torture;

import org.jspecify.annotations.NullMarked;
