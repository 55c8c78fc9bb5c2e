/**
 * The command {@code replay}: moves the committed offsets of a stopped sink back, and prints receipts.
 *
 * <pre>
 *   ReplayCommand -> ReplayTargetOptions -> ReplayPlan   (offsets: computed, printed, and moved with --execute)
 *                 -> ReplayModeOptions                   (the order that the sink receives with the moved offsets)
 *                 -> SelectedFailures                     (how many recorded failures a rerun of them would run again)
 *                 -> SelectedEvents                      (how many events the selection matches)
 *                 -> ReplayReport                        (the receipts of the partitions, summed)
 * </pre>
 *
 * <p>The demo moves offsets with the same plan, and {@code sink} prints the same report. Offsets of a running sink are never moved,
 * and never moved forward.
 */
@NullMarked
package io.taskqueue.cli.replay;

import org.jspecify.annotations.NullMarked;
