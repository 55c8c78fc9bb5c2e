/**
 * Processes that make many calls of the same kind, and what they achieve.
 *
 * <pre>
 *   CallComparison   a sink beside bare threads: its rounds (CallPlan: how many), and their table
 *   CallRound        one process that makes all calls: its first call, its rates, its CPU time
 *     CalledTarget     what is called, in a process of its own, and counts
 *     CallRates        rates from the number of calls in each tenth of a second, cold and warm; CallTimeline counts them
 *   CallTable        the rounds of all contenders as a table
 * </pre>
 *
 * <p>Used by {@code HttpComparison} and {@code JdbcComparison}, on the main thread. A round must never count where a call is missing or
 * repeated.
 */
@NullMarked
package io.taskqueue.benchmarks.calls;

import org.jspecify.annotations.NullMarked;
