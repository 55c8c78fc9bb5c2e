/**
 * The path from a queue to Kafka beside a bare producer.
 *
 * <pre>
 *   SourceRun         a queue with a source: tasks are enqueued, leased and completed
 *   BareProducerRun   a producer that sends the same records
 *   BatchSettings     what both producers are configured with
 *   SampleTasks       the payloads
 *   SourceComparisonOptions, SourceReport   the command's options and its output
 * </pre>
 *
 * <p>Called by {@code SourceComparison} on the main thread; {@code SourceRun} also creates the topics of the effects'
 * benchmarks. Both sides must send the same bytes with the same settings.
 */
@NullMarked
package io.taskqueue.benchmarks.source;

import org.jspecify.annotations.NullMarked;
