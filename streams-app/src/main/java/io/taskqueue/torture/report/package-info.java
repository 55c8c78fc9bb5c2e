/**
 * What a check of a torture run found.
 *
 * <pre>
 *   Findings            collects, while the checks run
 *   TortureReport       the result: Counted things, and an InvariantResult for each Invariant
 *     Violation           a place where one does not hold; its Subject
 *   HistoryExcerpt      the part of the history that shows a violation; ExcerptSearch collects it
 * </pre>
 *
 * <p>Written by {@code io.taskqueue.torture.check}, read by the command. Violations are bounded, however much is wrong.
 */
@NullMarked
package io.taskqueue.torture.report;

import org.jspecify.annotations.NullMarked;
