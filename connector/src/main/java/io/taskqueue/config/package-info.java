/**
 * How the values of settings are written as text: {@link io.taskqueue.config.DurationText} for the messages of policies, for the
 * configuration of sinks and for the options of commands. Changes when that format does. Stateless; usable on any thread; needs
 * nothing but the JDK.
 */
@NullMarked
package io.taskqueue.config;

import org.jspecify.annotations.NullMarked;
