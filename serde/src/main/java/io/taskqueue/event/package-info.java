/**
 * The words of task queue replication: tasks, events, positions and tokens, as immutable values.
 *
 * <p>Depends on {@code java.*} and JSpecify only. Every type here is immutable and safe to share between threads, as far as
 * the payload is; an impossible value cannot be constructed. How these words become bytes is the business of
 * {@code io.taskqueue.serde}.
 */
@NullMarked
package io.taskqueue.event;

import org.jspecify.annotations.NullMarked;
