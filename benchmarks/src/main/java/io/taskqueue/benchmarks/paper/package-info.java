/**
 * What larger numbers of tasks need, on paper: {@code ScaleEstimate} multiplies measured figures, {@code HotQueues} simulates queues of
 * different activity over the partitions of a topic, {@code ScaleTables} prints both for docs/scale.md.
 *
 * <p>Pure: the same seed gives the same tables, and a test compares them with the page.
 */
@NullMarked
package io.taskqueue.benchmarks.paper;

import org.jspecify.annotations.NullMarked;
