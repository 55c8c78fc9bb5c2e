/**
 * How the effects of an event are executed and recorded: what every runner uses, and users do not.
 */
@NullMarked
package io.taskqueue.sink.effect;

import org.jspecify.annotations.NullMarked;
