/**
 * Where results of effects and checkpoints are stored: the interfaces, and stores in memory.
 */
@NullMarked
package io.taskqueue.sink.store;

import org.jspecify.annotations.NullMarked;
