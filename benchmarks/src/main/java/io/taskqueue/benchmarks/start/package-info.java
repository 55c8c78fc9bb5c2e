/**
 * How long commands take to start, as a user starts them: by the launcher, in a process of their own.
 *
 * <pre>
 *   LauncherRun   one run of the launcher, until its end or until a line that it prints
 * </pre>
 *
 * <p>Called by {@code StartComparison} on its main thread.
 */
@NullMarked
package io.taskqueue.benchmarks.start;

import org.jspecify.annotations.NullMarked;
