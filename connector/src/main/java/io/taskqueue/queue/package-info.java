/**
 * The queue: tasks, leases, and every mutation in order. Depends on {@code java.*}, JSpecify and {@code io.taskqueue.event} only, and logs by {@link System.Logger}.
 */
@NullMarked
package io.taskqueue.queue;

import org.jspecify.annotations.NullMarked;
