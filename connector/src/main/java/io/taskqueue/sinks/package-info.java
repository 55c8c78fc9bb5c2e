/**
 * Ready-made sinks, their factories and their configuration.
 */
@NullMarked
package io.taskqueue.sinks;

import org.jspecify.annotations.NullMarked;
