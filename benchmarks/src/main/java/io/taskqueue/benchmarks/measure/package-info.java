/**
 * How results are taken and shown: independent of what is measured.
 *
 * <pre>
 *   InterleavedRounds   lets Candidates take turns
 *     Candidate           what is measured, and its RoundResults
 *     Stopwatch           time and CPU time of a round; FirstCallStopwatch starts with the first call
 *     CallTimes           calls that only take time
 *     ResourceUsage       heap, threads and the busiest thread of a round
 *   RoundResults, Samples   the figures of all rounds, their medians and quantiles
 *   ResultTables          tables in Markdown, figures as JSON
 *   Compression           of a producer, as an option names it
 *   MachineDescription    where the figures were taken
 *   CommandOptions        operands of command-line options
 *   ChildJvm              a process, its output, its CPU time
 * </pre>
 *
 * <p>Used by every other package of the benchmarks, on the main thread; the stopwatches and {@code ResourceUsage} also on the
 * threads that are measured. This package is the only one that reads a clock.
 */
@NullMarked
package io.taskqueue.benchmarks.measure;

import org.jspecify.annotations.NullMarked;
