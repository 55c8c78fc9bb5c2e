/**
 * The names and tags of every meter, once.
 */
@NullMarked
package io.taskqueue.metrics;

import org.jspecify.annotations.NullMarked;
