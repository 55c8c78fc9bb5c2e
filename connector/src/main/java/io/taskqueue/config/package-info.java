/**
 * How values of settings are written as text, for sinks and commands alike.
 */
@NullMarked
package io.taskqueue.config;

import org.jspecify.annotations.NullMarked;
