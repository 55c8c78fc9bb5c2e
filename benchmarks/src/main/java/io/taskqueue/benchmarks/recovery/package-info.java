/**
 * Recovery: a partition as a dispatcher leaves it that dies with many live tasks ({@link FilledQueue}), the rate of a bare consumer over
 * it ({@link BareConsumerRun}), and the start of a source that recovers it ({@link RecoveryRun}).
 */
@NullMarked
package io.taskqueue.benchmarks.recovery;

import org.jspecify.annotations.NullMarked;
